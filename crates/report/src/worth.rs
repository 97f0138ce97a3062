//! What the base is worth, in one sentence and on a terminal.

use crate::number;
use model::Currency;
use std::fmt::Write as _;

/// One purchase model.
#[derive(Debug, Clone, PartialEq)]
pub struct Model<'a> {
    /// Its name as shown.
    pub name: &'a str,
    /// Customers expected to buy again.
    pub alive: Option<f64>,
    /// Its interval.
    pub alive_interval: Option<(f64, f64)>,
    /// Customer equity, minor units.
    pub equity_minor: Option<i64>,
    /// Its interval.
    pub equity_interval_minor: Option<(i64, i64)>,
    /// Why it was refused.
    pub reason: &'a str,
}

/// Customers with a purchase, the models over them, and what contracts are worth beside.
#[derive(Debug, Clone, PartialEq)]
pub struct Base<'a> {
    /// Days ahead.
    pub horizon_days: u32,
    /// Customers with a purchase.
    pub customers: u64,
    /// The purchase models; empty where no stream counts purchases.
    pub models: Vec<Model<'a>>,
    /// Expected payments of running contracts, minor units.
    pub contract_minor: Option<i64>,
}

/// One sentence.
pub fn sentence(base: &Base<'_>, currency: Currency) -> String {
    let ahead = ahead(base.horizon_days);
    let contracts = base.contract_minor.map(|minor| number::money_short(minor, currency));
    let told: Vec<(&Model<'_>, f64, i64)> =
        base.models.iter().filter_map(|model| Some((model, model.alive?, model.equity_minor?))).collect();
    let beside =
        contracts.as_ref().map(|minor| format!("; running contracts add {minor}")).unwrap_or_default();
    let customers = number::counted(usize::try_from(base.customers).unwrap_or(0), "customer", "customers");
    let alive: Vec<f64> = base.models.iter().filter_map(|model| model.alive).collect();
    match told[..] {
        [] if base.models.is_empty() || base.customers == 0 => match contracts {
            Some(minor) => format!("Over {ahead}, running contracts are worth {minor}."),
            None => "Nobody has bought or subscribed yet, so there is nothing to value.".to_owned(),
        },
        [] if !alive.is_empty() => format!(
            "{} of our {customers} with a purchase still buy; what they spend could not be modelled, so their worth is not told{beside}.",
            least_to_most(&alive)
        ),
        [] => format!("No purchase model holds for our {customers}, so their worth is not told{beside}."),
        [(model, alive, equity)] => format!(
            "Over {ahead}, our {customers} with a purchase are worth {} by {} alone, the other model being refused; {} of them still buy{beside}.",
            number::money_short(equity, currency),
            model.name,
            number::count(alive.round() as i64),
        ),
        [(_, alive_a, a), (_, alive_b, b), ..] => {
            let (low, high) =
                (number::money_short(a.min(b), currency), number::money_short(a.max(b), currency));
            format!(
                "Over {ahead}, our {customers} with a purchase are worth {}; {} of them still buy, depending on the model{beside}.",
                range(&low, &high),
                least_to_most(&[alive_a, alive_b])
            )
        }
    }
}

/// `1,052 to 1,917`.
fn least_to_most(numbers: &[f64]) -> String {
    let told = |number: f64| number::count(number.round() as i64);
    let low = numbers.iter().copied().fold(f64::INFINITY, f64::min);
    range(&told(low), &told(numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max)))
}

fn range(low: &str, high: &str) -> String {
    if low == high { low.to_owned() } else { format!("{low} to {high}") }
}

/// `the next 3 years`, `the next 90 days`.
pub fn ahead(days: u32) -> String {
    match days {
        365 => "the next year".to_owned(),
        years if years.is_multiple_of(365) => format!("the next {}\u{a0}years", years / 365),
        days => format!("the next {days}\u{a0}days"),
    }
}

/// Whole-number intervals: `1,840 – 1,990`.
pub fn interval((low, high): (f64, f64)) -> String {
    format!("{}\u{a0}– {}", number::count(low.round() as i64), number::count(high.round() as i64))
}

/// Money intervals without currency, in whole units.
pub fn money_interval((low, high): (i64, i64), currency: Currency) -> String {
    interval((number::units(low, currency), number::units(high, currency)))
}

/// Sentence and both models on the terminal, lines of about `width` columns.
pub fn terminal(base: &Base<'_>, currency: Currency) -> String {
    let mut told = sentence(base, currency) + "\n\n";
    for model in &base.models {
        let _ = writeln!(told, "{}", model.name);
        let Some(alive) = model.alive else {
            let _ = writeln!(told, "  refused: {}", model.reason);
            continue;
        };
        let within = |told: Option<String>| told.map(|told| format!("  ({told})")).unwrap_or_default();
        let still = number::count(alive.round() as i64);
        let _ = writeln!(told, "  still buying     {still}{}", within(model.alive_interval.map(interval)));
        let money = model.equity_interval_minor.map(|told| money_interval(told, currency));
        let equity = model.equity_minor.map(|minor| number::money_short(minor, currency));
        let equity = equity.as_deref().unwrap_or("not told: spend could not be modelled");
        let _ = writeln!(told, "  customer equity  {equity}{}", within(money));
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(name: &'static str, alive: f64, equity_minor: i64) -> Model<'static> {
        Model {
            name,
            alive: Some(alive),
            alive_interval: Some((alive - 9.6, alive + 10.0)),
            equity_minor: Some(equity_minor),
            equity_interval_minor: Some((equity_minor - 100_000, equity_minor + 90_000)),
            reason: "",
        }
    }

    fn base(models: Vec<Model<'static>>, contract_minor: Option<i64>) -> Base<'static> {
        Base { horizon_days: 1095, customers: 2357, models, contract_minor }
    }

    fn told(base: &Base<'_>) -> String {
        sentence(base, Currency::parse("EUR").expect("code")).replace('\u{a0}', " ")
    }

    #[test]
    fn the_sentence_tells_both_models_and_never_one_as_if_it_were_sure() {
        let both = vec![model("BG/NBD", 1917.2, 13_560_000), model("Pareto/NBD", 1052.4, 12_940_000)];
        assert_eq!(
            told(&base(both, Some(1_000_000))),
            "Over the next 3 years, our 2,357 customers with a purchase are worth € 129,400 to € 135,600; 1,052 to 1,917 of them still buy, depending on the model; running contracts add € 10,000."
        );
        let refused =
            Model { alive: None, equity_minor: None, reason: "no maximum", ..model("Pareto/NBD", 0.0, 0) };
        let one = told(&base(vec![model("BG/NBD", 1917.2, 13_560_000), refused.clone()], None));
        assert!(one.contains("are worth € 135,600 by BG/NBD alone, the other model being refused"), "{one}");
        let unspent =
            |name, alive| Model { equity_minor: None, equity_interval_minor: None, ..model(name, alive, 0) };
        let alive = told(&base(vec![unspent("BG/NBD", 1917.2), unspent("Pareto/NBD", 1052.4)], None));
        assert_eq!(
            alive,
            "1,052 to 1,917 of our 2,357 customers with a purchase still buy; what they spend could not be modelled, so their worth is not told."
        );
        let none = told(&base(vec![refused.clone(), refused], None));
        assert_eq!(none, "No purchase model holds for our 2,357 customers, so their worth is not told.");
    }

    #[test]
    fn nobody_and_contracts_alone_have_their_sentence() {
        let nobody = Base { horizon_days: 365, customers: 0, models: Vec::new(), contract_minor: None };
        assert!(told(&nobody).starts_with("Nobody has bought"));
        let contracts = Base { contract_minor: Some(4_200_000), ..nobody };
        assert_eq!(told(&contracts), "Over the next year, running contracts are worth € 42,000.");
        assert_eq!(ahead(90), "the next 90\u{a0}days");
    }

    #[test]
    fn a_terminal_tells_intervals_and_refusals() {
        let refused =
            Model { alive: None, equity_minor: None, reason: "no maximum", ..model("Pareto/NBD", 0.0, 0) };
        let told = terminal(
            &base(vec![model("BG/NBD", 1917.2, 13_560_000), refused], None),
            Currency::parse("EUR").expect("code"),
        );
        assert!(told.replace('\u{a0}', " ").contains("still buying     1,917  (1,908 – 1,927)"), "{told}");
        assert!(told.contains("refused: no maximum"));
    }
}
