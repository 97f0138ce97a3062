//! Settings that people change while the program runs: a name, a value, when it was last changed.

use crate::sql::{Row, values};
use crate::{By, Deed, Result, Store, Verb, audit};

/// A setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Its name; each once.
    pub name: String,
    /// Its value, in the form its reader chose.
    pub value: String,
    /// UTC microseconds.
    pub changed_at_us: i64,
}

impl Store {
    /// The value of a setting, if it has one.
    pub async fn setting(&self, name: &str) -> Result<Option<String>> {
        let rows = self.pool.rows("SELECT value FROM settings WHERE name = $1", values![name]).await?;
        rows.first().map(|row| row.text("value")).transpose()
    }

    /// All settings, by the bytes of their names.
    pub async fn settings(&self) -> Result<Vec<Setting>> {
        let rows = self.pool.rows("SELECT name, value, changed_at_us FROM settings", &[]).await?;
        let mut settings = rows.iter().map(setting).collect::<Result<Vec<_>>>()?;
        // Not by the database: PostgreSQL orders texts by its locale.
        settings.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        Ok(settings)
    }

    /// Sets a value, or takes the setting away with `None`.
    pub async fn set_setting(&self, name: &str, value: Option<&str>, by: By) -> Result<()> {
        let mut tx = self.pool.begin().await?;
        match value {
            Some(value) => {
                let upsert = "INSERT INTO settings (name, value, changed_at_us) VALUES ($1, $2, $3) \
                    ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed_at_us = excluded.changed_at_us";
                tx.run(upsert, values![name, value, by.at_us]).await?;
            }
            None => _ = tx.run("DELETE FROM settings WHERE name = $1", values![name]).await?,
        }
        let object = format!("setting:{name}");
        audit::append(
            &mut tx,
            Deed { verb: Verb::Changed, object: &object, department: None, detail: "" },
            by,
        )
        .await?;
        tx.commit().await
    }
}

fn setting(row: &Row) -> Result<Setting> {
    Ok(Setting {
        name: row.text("name")?,
        value: row.text("value")?,
        changed_at_us: row.int("changed_at_us")?,
    })
}
