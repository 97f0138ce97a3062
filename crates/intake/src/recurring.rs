//! Prices that recur: what an amount for so many days, weeks, months or years is worth a month, and what a discount
//! takes off it. A year has 12 months, 52 weeks and 365 days.

use crate::parse;
use model::money::DecimalMark;

/// The interval a price is paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Interval {
    /// How often it comes…
    times: i128,
    /// …in so many months.
    months: i128,
}

impl Interval {
    pub(crate) const MONTH: Self = Self { times: 1, months: 1 };

    /// Reads `month`, `yearly`, `3 months` and the like.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        let (count, unit) = match text.split_once(char::is_whitespace) {
            Some((count, unit)) => (count, unit.trim_start()),
            None => ("1", text),
        };
        let unit = Self::unit(unit)?;
        let count = parse::integer(count).ok().and_then(|count| unit.by(count));
        count.ok_or("is no number of intervals")
    }

    fn unit(text: &str) -> Result<Self, &'static str> {
        let is = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
        match () {
            () if is(&["month", "months", "monthly"]) => Ok(Self::MONTH),
            () if is(&["year", "years", "yearly", "annual", "annually"]) => Ok(Self { times: 1, months: 12 }),
            () if is(&["quarter", "quarters", "quarterly"]) => Ok(Self { times: 1, months: 3 }),
            () if is(&["week", "weeks", "weekly"]) => Ok(Self { times: 52, months: 12 }),
            () if is(&["day", "days", "daily"]) => Ok(Self { times: 365, months: 12 }),
            () => Err("is none of day, week, month, quarter and year"),
        }
    }

    /// So many of them; `None` below 1 and above a million.
    pub(crate) fn by(self, count: i64) -> Option<Self> {
        let counts = (1..=1_000_000).contains(&count);
        counts.then(|| Self { months: self.months * i128::from(count), ..self })
    }

    /// What `quantity` times an amount each interval is a month, half away from zero; `None` when it is too large.
    /// Neither may be below 0.
    pub(crate) fn monthly(self, minor: i64, quantity: i64) -> Option<i64> {
        let total = i128::from(minor) * i128::from(quantity) * self.times;
        i64::try_from((total * 2 + self.months) / (self.months * 2)).ok()
    }
}

/// A share of a price in hundredths of a percent, from `25%` or `12.5 %`; `None` when the text is no percentage.
pub(crate) fn percentage(text: &str, mark: DecimalMark) -> Option<Result<i64, &'static str>> {
    let digits = text.strip_suffix('%')?;
    Some(match parse::amount(digits.trim_end(), 2, mark, false) {
        Ok(share) if (0..=10_000).contains(&share) => Ok(share),
        _ => Err("is no percentage between 0 and 100"),
    })
}

/// What a share takes off an amount, half up.
pub(crate) fn off(minor: i64, share: i64) -> i64 {
    ((i128::from(minor) * i128::from(share) + 5_000) / 10_000) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_told_per_month() {
        for (minor, word, expected) in [
            (2900, "month", 2900),
            (29_900, "year", 2492),
            (700, "week", 3033),
            (100, "Day", 3042),
            (5, "yearly", 0),
            (6, "year", 1),
            (8700, "quarter", 2900),
            (8700, "3 months", 2900),
            (1200, "2 years", 50),
        ] {
            let interval = Interval::parse(word).expect(word);
            assert_eq!(interval.monthly(minor, 1), Some(expected), "{minor} a {word}");
            assert_eq!(interval.monthly(minor, 0), Some(0));
        }
        for word in ["fortnight", "0 months", "x months", "-1 month", "3", "month 3"] {
            assert!(Interval::parse(word).is_err(), "{word}");
        }
        assert_eq!(Interval::MONTH.monthly(i64::MAX, 2), None);
    }

    #[test]
    fn a_percentage_is_read_to_the_hundredth_and_taken_off() {
        let read = |text| percentage(text, DecimalMark::Point);
        assert_eq!(read("25%"), Some(Ok(2_500)));
        assert_eq!(read("12.5 %"), Some(Ok(1_250)));
        assert_eq!(read("2.50"), None);
        assert!(matches!(read("101%"), Some(Err(_))) && matches!(read("x%"), Some(Err(_))));
        assert_eq!((off(999, 2_500), off(1000, 10_000), off(1, 5_000)), (250, 1000, 1));
    }
}
