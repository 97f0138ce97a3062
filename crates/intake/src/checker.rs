//! Checks an event that came over the network by reading it as the feed will read it later, and throws away what it
//! tells: what passes here is no reject in the lake.

use crate::canon::Canon;
use crate::desk::Desk;
use crate::error::Error;
use crate::mapper::Mapper;
use crate::plan::FeedPlan;
use crate::reader::Picker;
use crate::row::Header;
use serde_json::Value;

/// Events after which what was read is thrown away.
const ROUND: u32 = 4096;

/// Why an event could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The member at fault, dotted; empty when the whole event is meant.
    pub field: String,
    /// What is wrong with it.
    pub reason: String,
}

/// Reads events as one feed does. Takes some time to make and is used for many.
#[derive(Debug)]
pub struct Checker {
    silo: String,
    mapper: Mapper,
    picker: Picker,
    desk: Desk,
    round: u32,
}

impl Checker {
    /// For events of a feed that takes calls.
    ///
    /// # Errors
    /// When the feed's settings cannot be used.
    pub fn new(plan: &FeedPlan<'_>) -> Result<Self, Error> {
        let wrong = |problem| Error::Feed { feed: plan.name(), problem };
        let mut header = Header::of_objects();
        let mapper = Mapper::bind(plan, &mut header).map_err(wrong)?;
        let (picker, desk) = (Picker::of(&header), Desk::new(plan));
        Ok(Self { silo: plan.silo.id.get_ref().clone(), mapper, picker, desk, round: 0 })
    }

    /// Whether an event can be read.
    ///
    /// # Errors
    /// The first thing in it that cannot.
    pub fn check(&mut self, event: &Value) -> Result<(), Fault> {
        self.round += 1;
        if self.round == ROUND || self.desk.canon.is_full() {
            self.desk.canon = Canon::new(0, &self.silo);
            self.round = 0;
        }
        let row = self.picker.pick(event, &[]);
        let mapped = self.mapper.map(&row, &mut self.desk);
        mapped.map(|_| ()).map_err(|reject| Fault { field: reject.column, reason: reject.reason })
    }

    /// The instant a text names, UTC microseconds, as the feed reads it.
    ///
    /// # Errors
    /// Why it names none.
    pub fn instant_us(&mut self, text: &str) -> Result<i64, &'static str> {
        self.desk.clock.instant(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trial::config;

    #[test]
    fn what_the_feed_cannot_read_is_told_with_its_field() {
        let config = config("preset = \"segment-events\"\nstream = \"goods\"");
        let (silo, feed) = config.feeds().next().expect("feed");
        let mut checker =
            Checker::new(&FeedPlan { config: &config, silo, feed, import_id: 0 }).expect("a preset");
        let at = "\"userId\":\"u\",\"timestamp\":\"2024-03-01\"";
        for (event, field, reason) in [
            (format!("{{\"type\":\"page\",{at}}}"), "", ""),
            (format!("{{{at}}}"), "type", "is empty"),
            (format!("{{\"type\":\"track\",{at}}}"), "event", "is empty"),
            ("{\"type\":\"page\",\"timestamp\":\"2024-03-01\"}".to_owned(), "userId", "is empty, and so is"),
            (
                "{\"type\":\"page\",\"userId\":\"u\",\"timestamp\":\"x\"}".to_owned(),
                "timestamp",
                "is not a date",
            ),
            (
                format!(
                    "{{\"type\":\"track\",\"event\":\"Order Completed\",{at},\"properties\":{{\"revenue\":\"x\"}}}}"
                ),
                "properties.revenue",
                "",
            ),
        ] {
            let checked = checker.check(&serde_json::from_str(&event).expect("JSON"));
            let told = checked.err().map_or_else(Default::default, |fault| (fault.field, fault.reason));
            assert!(told.0 == field && told.1.starts_with(reason), "{event}: {told:?}");
        }
        for _ in 0..ROUND * 2 {
            checker
                .check(&serde_json::from_str(&format!("{{\"type\":\"page\",{at}}}")).expect("JSON"))
                .expect("read");
        }
    }
}
