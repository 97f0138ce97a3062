//! *Alder & Finch*, a simulated company of homeware shops: each customer's life is lived once, and every
//! silo's tool exports its part of it. What was planted is written beside the exports, so that every estimate
//! can be compared with the truth.

mod calendar;
mod catalog;
mod chance;
mod config;
mod error;
mod exports;
mod life;
mod people;
mod plan;
mod register;
mod silo;
#[cfg(test)]
mod tests;
mod truth;
mod world;

pub use config::config_text;
pub use error::Error;
pub use exports::Counts;
pub use plan::Plan;
pub use truth::{CourierPlant, FaultPlant, Followed, IdentityPlant, InitiativePlant, Plants, PromoterPlant};

use register::Register;
use std::path::Path;
use world::World;

/// What was written.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Summary {
    /// How much each export holds.
    pub counts: Counts,
    /// The planted truths, as in `truth/plants.json`.
    pub plants: Plants,
}

/// Simulates the company and writes it below `dir`: `kept.toml`, the exports as `data/SILO/…`, and the truth as
/// `truth/identity.csv` (silo, record key, person, findable), `truth/lives.csv` and `truth/plants.json`. Files that are
/// there already are replaced. `progress` is told work done and in all, in customers' lives.
pub fn write(dir: &Path, plan: &Plan, progress: &mut dyn FnMut(u64, u64)) -> Result<Summary, Error> {
    if plan.customers == 0 {
        return Err(Error::NoCustomers);
    }
    let lives = u64::from(plan.customers);
    let total = lives * 2;
    let world = World::simulate(plan, &mut |lived| progress(lived.min(lives), total))?;
    let (data, truth) = (dir.join("data"), dir.join("truth"));
    std::fs::create_dir_all(&truth).map_err(Error::at(&truth))?;
    save(&dir.join("kept.toml"), &config_text(plan))?;
    let mut register = Register::default();
    let counts = exports::write_all(&world, &data, &mut register, &mut |silos| {
        progress(lives + lives * silos / exports::SILOS, total);
    })?;
    let records = register.write(&truth, &world.people)?;
    truth::write_lives(&world, &truth)?;
    let plants = truth::plants(&world, records);
    let path = truth.join("plants.json");
    let json = serde_json::to_string_pretty(&plants).map_err(Error::at(&path))?;
    save(&path, &json)?;
    progress(total, total);
    Ok(Summary { counts, plants })
}

/// Whether a folder holds what [`write`] wrote.
pub fn is_made(dir: &Path) -> bool {
    dir.join("truth").join("plants.json").is_file()
}

fn save(path: &Path, text: &str) -> Result<(), Error> {
    std::fs::write(path, text).map_err(Error::at(path))
}
