//! The model of identity that is in force: read, or trained where there is none that fits.

use super::{settings, threads};
use crate::error::Error;
use crate::models::{Models, State, Stored};
use crate::people::People;
use identity::Model;
use intake::Home;
use lake::Lake;

/// Who accepts what nobody has to decide.
pub(crate) const KEPT: &str = "Kept";

/// The model in force. Where there is none yet, or it compares other fields than this version of the program, one
/// is trained on the records and taken.
pub(crate) async fn in_force(
    lake: &Lake,
    models: &mut Models,
    home: &Home,
    people: &People,
    now_us: i64,
) -> Result<Model, Error> {
    if let Some(stored) = models.in_force()
        && let Ok(model) = serde_json::from_str::<Model>(&stored.model)
        && identity::fits(&model)
    {
        return Ok(model);
    }
    let reason = match models.in_force() {
        None => "the first model",
        Some(_) => "this version of Kept compares other fields",
    };
    let model = identity::train(&people.records(), &settings(home), threads())?;
    let stored = models.add(lake, stored(&model, State::Accepted, KEPT, reason, now_us)?).await?;
    // As every later refresh reads it: text may tell a figure to a last digit that is another.
    Ok(serde_json::from_str(&stored.model)?)
}

/// A step in the life of a model.
pub(crate) fn stored(
    model: &Model,
    state: State,
    by: &str,
    reason: &str,
    now_us: i64,
) -> Result<Stored, Error> {
    Ok(Stored {
        seq: 0,
        at_us: now_us,
        by: by.to_owned(),
        version: version(model),
        state,
        reason: reason.to_owned(),
        model: serde_json::to_string(model)?,
        changes: String::new(),
    })
}

/// The version as it is told.
pub(crate) fn version(model: &Model) -> String {
    format!("{:016x}", model.version)
}
