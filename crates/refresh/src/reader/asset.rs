//! How customers stay and what they are worth, from the newest edition.

use super::list::Entry;
use super::segments::of_split;
use super::{Current, Reader};
use crate::error::Error;
use crate::view::Page;
use crate::view::asset::{
    Age, Among, Cohort, Cohorts, Curve, CustomerWorth, FadingCount, FadingRow, Model, Stay, Survival, Test,
    Trait, Trend, Why, Worth, WorthLine,
};
use arrow::array::{Array, Float64Array, Int64Array, RecordBatch, StringArray, UInt32Array, UInt64Array};
use lake::{column, quoted};
use ledger::CohortList;
use ledger::cohorts::Triangle;
use ledger::survival::LivesBuilder;
use model::{Granularity, Period};
use rustc_hash::{FxHashMap, FxHashSet};

/// Share that intervals hold.
const LEVEL_SHARE: f64 = crate::asset::LEVEL_SHARE;

impl Reader {
    /// The triangle of a granularity; an empty segment tells the whole.
    pub async fn cohorts(&self, granularity: Granularity, segment: &str) -> Result<Cohorts, Error> {
        let current = self.current().await?;
        current.holds("cohorts")?;
        let triangle = triangle(granularity, &current.cohort_rows(granularity, segment).await?)?;
        let of = |cohort: &ledger::cohorts::Cohort| Cohort {
            period: cohort.period,
            size: cohort.size,
            gained_minor: cohort.gained_minor,
            ages: (0..cohort.active.len())
                .map(|age| Age {
                    active: cohort.active[age],
                    value_minor: cohort.value_minor[age],
                    share: cohort.share(age),
                    value_share: cohort.value_share(age),
                })
                .collect(),
        };
        Ok(Cohorts {
            granularity,
            segment: segment.to_owned(),
            all: all_ages(&triangle),
            trend: trend(&triangle),
            cohorts: triangle.cohorts.iter().map(of).collect(),
        })
    }

    /// Survival of the whole and of every segment of a split.
    pub async fn survival(&self, split: &str) -> Result<Survival, Error> {
        let current = self.current().await?;
        current.holds("survival_tests")?;
        let sql = format!("select * from survival where {} order by segment, days", of_split(split));
        let steps = current.view.table(&sql).await?;
        let mut told = current.tests(split).await?;
        put_steps(&mut told.curves, &steps)?;
        Ok(told)
    }

    /// What the base and its segments are worth; an empty segment counts all fading customers.
    pub async fn worth(&self, segment: &str) -> Result<Worth, Error> {
        let current = self.current().await?;
        current.holds("customer_worth")?;
        let config = self.company().worth;
        let batch = current.view.table("select * from worth order by segment, stream, model").await?;
        Ok(Worth {
            horizon_days: config.horizon_days,
            annual_discount: config.annual_discount,
            lines: worth_lines(&batch)?,
            fading: current.fading_counts(segment).await?,
        })
    }

    /// Fading customers, highest value first, then by code; an empty segment tells the whole.
    pub async fn fading(&self, segment: &str, offset: usize, limit: usize) -> Result<Page<FadingRow>, Error> {
        let current = self.current().await?;
        current.holds("customer_worth")?;
        let from = fading_from(segment);
        let batch = current.view.table(&format!("select count(*) as total {from}")).await?;
        let total = column::<Int64Array>(&batch, "total")?.iter().next().flatten().unwrap_or(0);
        let sql = format!(
            "select w.* {from} order by s.value_minor desc, w.customer limit {limit} offset {offset}"
        );
        let batch = current.view.table(&sql).await?;
        let codes = column::<UInt32Array>(&batch, "customer")?.values().to_vec();
        let faces = current.faces(&codes).await?;
        let row = |(code, told): (&u32, CustomerWorth)| {
            Some(FadingRow {
                customer: faces.get(code).cloned()?,
                why: told.fading?,
                silent_days: told.silent_days?,
                limit_days: told.limit_days,
                bg_nbd_alive: told.bg_nbd.map(|(alive, _)| alive),
                pareto_nbd_alive: told.pareto_nbd.map(|(alive, _)| alive),
            })
        };
        let rows = codes.iter().zip(customer_worths(&batch)?).filter_map(row).collect();
        Ok(Page { total: usize::try_from(total).unwrap_or(0), rows })
    }
}

/// Fading customers of a segment, or all.
fn fading_from(segment: &str) -> String {
    let only = if segment.is_empty() {
        String::new()
    } else {
        format!(
            " and w.customer in (select customer from customer_segments where segment = {})",
            quoted(segment)
        )
    };
    format!(
        "from customer_worth w join customer_state s on s.customer = w.customer where w.fading <> ''{only}"
    )
}

pub(super) fn triangle(granularity: Granularity, batch: &RecordBatch) -> Result<Triangle, Error> {
    let name: &StringArray = column(batch, "cohort")?;
    let number = |name| column::<Int64Array>(batch, name);
    let (size, gained) = (number("size")?, number("gained_minor")?);
    let (active, value) = (number("active")?, number("value_minor")?);
    let mut cohorts: Vec<ledger::cohorts::Cohort> = Vec::new();
    for row in 0..batch.num_rows() {
        let text = name.value(row);
        let period = Period::parse(text).ok_or_else(|| Error::Unknown(format!("the period `{text}`")))?;
        if cohorts.last().is_none_or(|last| last.period != period) {
            cohorts.push(ledger::cohorts::Cohort {
                period,
                segment: None,
                size: size.value(row),
                gained_minor: gained.value(row),
                active: Vec::new(),
                value_minor: Vec::new(),
            });
        }
        if let Some(cohort) = cohorts.last_mut() {
            cohort.active.push(active.value(row));
            cohort.value_minor.push(value.value(row));
        }
    }
    Ok(Triangle { granularity, cohorts })
}

pub(super) fn all_ages(triangle: &Triangle) -> Vec<Age> {
    let longest = triangle.cohorts.iter().map(|cohort| cohort.active.len()).max().unwrap_or(0);
    let age = |age: usize| {
        let (mut size, mut gained, mut active, mut value_minor) = (0, 0, 0, 0);
        for cohort in triangle.cohorts.iter().filter(|cohort| cohort.active.len() > age) {
            size += cohort.size;
            gained += cohort.gained_minor;
            active += cohort.active[age];
            value_minor += cohort.value_minor[age];
        }
        let share = |part: i64, whole: i64| (whole > 0).then(|| part as f64 / whole as f64);
        Age { active, value_minor, share: share(active, size), value_share: share(value_minor, gained) }
    };
    (0..longest).map(age).collect()
}

/// Told after a year, or after the longest time that four cohorts, else two, have reached.
fn trend(triangle: &Triangle) -> Option<Trend> {
    let year = (12 / triangle.granularity.months()) as usize;
    let mut lengths: Vec<usize> =
        triangle.cohorts.iter().filter(|cohort| cohort.size > 0).map(|cohort| cohort.active.len()).collect();
    lengths.sort_unstable_by(|left, right| right.cmp(left));
    let reached = |cohorts: usize| lengths.get(cohorts - 1).map(|length| length - 1).filter(|age| *age > 0);
    let age = year.min(reached(4).or_else(|| reached(2))?);
    let told = triangle.trend(None, age, LEVEL_SHARE)?;
    Some(Trend {
        age,
        older_customers: told.older.0,
        older_share: told.older.1,
        younger_customers: told.younger.0,
        younger_share: told.younger.1,
        change: told.change,
        low: told.low,
        high: told.high,
    })
}

fn put_steps(curves: &mut [Curve], batch: &RecordBatch) -> Result<(), Error> {
    let segment: &StringArray = column(batch, "segment")?;
    let days: &UInt32Array = column(batch, "days")?;
    let count = |name| column::<UInt64Array>(batch, name);
    let share = |name| column::<Float64Array>(batch, name);
    let (at_risk, lost) = (count("at_risk")?, count("lost")?);
    let (shares, low, high) = (share("share")?, share("low")?, share("high")?);
    let place: FxHashMap<String, usize> =
        curves.iter().enumerate().map(|(at, curve)| (curve.segment.clone(), at)).collect();
    for row in 0..batch.num_rows() {
        let Some(at) = place.get(segment.value(row)) else { continue };
        let steps = &mut curves[*at].steps;
        steps.push(Stay {
            days: days.value(row),
            at_risk: at_risk.value(row),
            lost_from_days: steps.last().map_or(0, |before| before.days + 1),
            lost: lost.value(row),
            share: shares.value(row),
            low: low.value(row),
            high: high.value(row),
        });
    }
    Ok(())
}

/// A cell that may be empty.
fn float(column: &Float64Array, row: usize) -> Option<f64> {
    column.is_valid(row).then(|| column.value(row))
}

fn whole(column: &Int64Array, row: usize) -> Option<i64> {
    column.is_valid(row).then(|| column.value(row))
}

impl Current {
    /// The triangle of the whole or of a segment, oldest cohort first.
    pub(super) async fn cohort_rows(&self, by: Granularity, segment: &str) -> Result<RecordBatch, Error> {
        let sql = format!(
            "select cohort, age, size, gained_minor, active, value_minor from cohorts \
             where granularity = {} and segment = {} order by start, age",
            quoted(by.name()),
            quoted(segment)
        );
        Ok(self.view.table(&sql).await?)
    }

    /// Everything of survival but the steps of its curves, of the whole and of a split.
    async fn tests(&self, split: &str) -> Result<Survival, Error> {
        let batch = self.view.table("select * from survival_tests").await?;
        let text = |name| column::<StringArray>(&batch, name);
        let (test, name, reason) = (text("test")?, text("name")?, text("reason")?);
        let of_count = |name| column::<UInt64Array>(&batch, name);
        let (customers, lost) = (of_count("customers")?, of_count("lost")?);
        let degrees: &UInt32Array = column(&batch, "degrees")?;
        let number = |name| column::<Float64Array>(&batch, name);
        let (value, low, high, p_value) =
            (number("value")?, number("low")?, number("high")?, number("p_value")?);
        let count = |of: &UInt64Array, row: usize| of.is_valid(row).then(|| of.value(row));
        let mut told = Survival::default();
        let is_of_split = |row: usize| match test.value(row) {
            "median" => name.value(row).is_empty() || Self::split_of(name.value(row)) == Some(split),
            "log_rank" => name.value(row) == split,
            "log_rank_segment" => Self::split_of(name.value(row)) == Some(split),
            _ => true,
        };
        for row in (0..batch.num_rows()).filter(|row| is_of_split(*row)) {
            let part = Trait {
                name: name.value(row).to_owned(),
                customers: count(customers, row),
                lost: count(lost, row),
                value: float(value, row),
                low: float(low, row),
                high: float(high, row),
                p_value: float(p_value, row),
            };
            let whole = || Test {
                chi_square: part.value,
                degrees: degrees.is_valid(row).then(|| degrees.value(row)),
                p_value: part.p_value,
                reason: reason.value(row).to_owned(),
            };
            match test.value(row) {
                "median" => told.curves.push(Curve {
                    segment: part.name,
                    customers: part.customers.unwrap_or(0),
                    lost: part.lost.unwrap_or(0),
                    median_days: part.value,
                    median_low_days: part.low,
                    median_high_days: part.high,
                    steps: Vec::new(),
                }),
                "log_rank" => told.log_rank = Some(whole()),
                "log_rank_segment" => told.expected.push(part),
                "cox" => told.cox = Some(whole()),
                "cox_trait" => told.traits.push(part),
                other => return Err(Error::Unknown(format!("the test `{other}`"))),
            }
        }
        Ok(told)
    }

    async fn fading_counts(&self, segment: &str) -> Result<Vec<FadingCount>, Error> {
        let sql = format!(
            "select w.fading, count(*) as customers, coalesce(sum(s.value_minor), 0) as value_minor {} \
             group by w.fading",
            fading_from(segment)
        );
        let batch = self.view.table(&sql).await?;
        let name: &StringArray = column(&batch, "fading")?;
        let number = |name| column::<Int64Array>(&batch, name);
        let (customers, value) = (number("customers")?, number("value_minor")?);
        let of = |why: Why| {
            let row = (0..batch.num_rows()).find(|row| name.value(*row) == why.name());
            FadingCount {
                why,
                customers: row.map_or(0, |row| customers.value(row).unsigned_abs()),
                value_minor: row.map_or(0, |row| value.value(row)),
            }
        };
        Ok(Why::ALL.map(of).to_vec())
    }

    /// What a page says of one customer's worth; `None` for who was never met.
    pub(crate) async fn worth_of(&self, code: u32) -> Result<Option<CustomerWorth>, Error> {
        if self.holds("customer_worth").is_err() {
            return Ok(None);
        }
        let sql = format!("select * from customer_worth where customer = {code}");
        Ok(customer_worths(&self.view.table(&sql).await?)?.pop())
    }

    /// The customers behind a number of cohorts, survival or worth.
    pub(super) async fn among(&self, among: Among) -> Result<Vec<Entry>, Error> {
        self.holds("customer_worth")?;
        match among {
            Among::Cohort { cohort, at } => {
                let mut list = CohortList::new(cohort, at.end().plus(-1).min(self.edition.as_of));
                self.all_postings(|rows| list.push(rows)).await?;
                let entry = |row: ledger::StandingRow| Entry {
                    customer: row.customer,
                    value_minor: row.value_minor,
                    day: None,
                };
                Ok(list.finish().into_iter().map(entry).collect())
            }
            Among::AtRisk { days } => self.lives(|life, _| life >= f64::from(days)).await,
            Among::LostAfter { from, until } => {
                let range = f64::from(from)..=f64::from(until);
                self.lives(|life, lost| lost && range.contains(&life)).await
            }
            Among::Valued(model) => {
                // Where spend was refused the model still tells who buys.
                let (told, minor) = match model {
                    Model::BgNbd => ("bg_nbd_alive", "bg_nbd_minor"),
                    Model::ParetoNbd => ("pareto_nbd_alive", "pareto_nbd_minor"),
                    Model::Sbg => ("contract_minor", "contract_minor"),
                };
                self.valued(&format!(
                    "select customer, coalesce({minor}, 0) as value_minor from customer_worth \
                     where {told} is not null"
                ))
                .await
            }
            Among::Fading(why) => {
                let is = why.map_or("<> ''".to_owned(), |why| format!("= {}", quoted(why.name())));
                self.valued(&format!(
                    "select w.customer, s.value_minor from customer_worth w \
                     join customer_state s on s.customer = w.customer where w.fading {is}"
                ))
                .await
            }
        }
    }

    /// Customers whose first life, days and whether lost, is asked for; with their value now.
    async fn lives(&self, asked: impl Fn(f64, bool) -> bool) -> Result<Vec<Entry>, Error> {
        let mut lives = LivesBuilder::new(self.edition.as_of);
        self.all_postings(|rows| lives.push(rows)).await?;
        let lives = lives.finish();
        let rows = (0..lives.customer.len()).filter(|row| asked(lives.days[*row], lives.lost[*row]));
        let wanted: FxHashSet<u32> = rows.map(|row| lives.customer[row]).collect();
        let mut entries = self.standing_now().await?;
        entries.retain(|entry| wanted.contains(&entry.customer));
        Ok(entries)
    }

    async fn valued(&self, sql: &str) -> Result<Vec<Entry>, Error> {
        let batch = self.view.table(sql).await?;
        let (customer, value) =
            (column::<UInt32Array>(&batch, "customer")?, column::<Int64Array>(&batch, "value_minor")?);
        let entry =
            |(customer, value): (&u32, &i64)| Entry { customer: *customer, value_minor: *value, day: None };
        Ok(customer.values().iter().zip(value.values()).map(entry).collect())
    }
}

fn customer_worths(batch: &RecordBatch) -> Result<Vec<CustomerWorth>, Error> {
    let number = |name| column::<Float64Array>(batch, name);
    let minor = |name| column::<Int64Array>(batch, name);
    let (bg_alive, pareto_alive) = (number("bg_nbd_alive")?, number("pareto_nbd_alive")?);
    let (bg, pareto, contract) =
        (minor("bg_nbd_minor")?, minor("pareto_nbd_minor")?, minor("contract_minor")?);
    let (silent, limit) = (column::<UInt32Array>(batch, "silent_days")?, number("limit_days")?);
    let fading: &StringArray = column(batch, "fading")?;
    let row = |row: usize| CustomerWorth {
        bg_nbd: float(bg_alive, row).zip(whole(bg, row)),
        pareto_nbd: float(pareto_alive, row).zip(whole(pareto, row)),
        contract_minor: whole(contract, row),
        silent_days: silent.is_valid(row).then(|| silent.value(row)),
        limit_days: float(limit, row),
        fading: Why::from_name(fading.value(row)),
    };
    Ok((0..batch.num_rows()).map(row).collect())
}

fn worth_lines(batch: &RecordBatch) -> Result<Vec<WorthLine>, Error> {
    let text = |name| column::<StringArray>(batch, name);
    let (model, stream, segment, reason) =
        (text("model")?, text("stream")?, text("segment")?, text("reason")?);
    let (parameters, convergence) = (text("parameters")?, text("convergence")?);
    let count = |name| column::<UInt64Array>(batch, name);
    let (customers, assumed) = (count("customers")?, count("assumed_alive")?);
    let number = |name| column::<Float64Array>(batch, name);
    let (alive, alive_low, alive_high) = (number("alive")?, number("alive_low")?, number("alive_high")?);
    let (whole_alive, likelihood) = (number("whole_alive")?, number("log_likelihood")?);
    let correlation = number("spend_correlation")?;
    let minor = |name| column::<Int64Array>(batch, name);
    let (equity, low, high) =
        (minor("equity_minor")?, minor("equity_low_minor")?, minor("equity_high_minor")?);
    let whole_equity = minor("whole_equity_minor")?;
    let draws = |name| column::<UInt32Array>(batch, name);
    let (draws, failed) = (draws("draws")?, draws("failed_draws")?);
    let row = |row: usize| {
        Ok(WorthLine {
            model: model.value(row).to_owned(),
            stream: stream.value(row).to_owned(),
            segment: segment.value(row).to_owned(),
            customers: customers.value(row),
            alive: float(alive, row),
            alive_interval: float(alive_low, row).zip(float(alive_high, row)),
            assumed_alive: assumed.value(row),
            equity_minor: whole(equity, row),
            equity_interval_minor: whole(low, row).zip(whole(high, row)),
            whole_alive: float(whole_alive, row),
            whole_equity_minor: whole(whole_equity, row),
            parameters: serde_json::from_str(parameters.value(row))?,
            convergence: serde_json::from_str(convergence.value(row))?,
            log_likelihood: float(likelihood, row),
            spend_correlation: float(correlation, row),
            draws: draws.value(row),
            failed_draws: failed.value(row),
            reason: reason.value(row).to_owned(),
        })
    };
    (0..batch.num_rows()).map(row).collect()
}
