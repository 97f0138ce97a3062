//! What each subscription counts after each of its events, for those who look at prices and not at books.

use crate::columns::Rows;
use crate::contract::Contract;
use crate::error::Error;
use crate::rates::CurrencyRates;
use model::EventKind;
use model::config::Policies;
use model::config::policy::Fx;

/// Tells clauses as levels: what a subscription event says becomes what its subscription counts from then on, under
/// the policies of its stream. A foreign price keeps the rate of its day, so that exchange rates alone change no
/// level; and what time alone changes, such as a payment that is late for too long, has no event to stand in.
#[derive(Debug)]
pub struct Levels {
    customer: Option<u32>,
    /// By stream code; `None` for streams of purchases.
    contracts: Vec<Option<Contract>>,
}

impl Levels {
    /// Before any event. `policies` by stream code, `None` for streams of purchases; `currencies` as in `Rules`.
    pub fn new(policies: &[Option<Policies>], currencies: &[CurrencyRates]) -> Self {
        let contract =
            |policies: &Policies| Contract::new(Policies { fx: Fx::Dated, ..*policies }, currencies);
        let contracts = policies.iter().map(|policies| policies.as_ref().map(contract)).collect();
        Self { customer: None, contracts }
    }

    /// Values of a chunk in which those of subscriptions are levels, the company's minor units a month. Chunks come in
    /// order of customer and as things happened. Fails on columns of unequal length, unknown clauses and amounts in a
    /// currency without a rate.
    pub fn of(&mut self, rows: Rows<'_>) -> Result<Vec<i64>, Error> {
        let rows = rows.checked()?;
        let mut values = rows.value_minor.to_vec();
        for (at, value) in values.iter_mut().enumerate() {
            if rows.kind[at] != EventKind::Subscription.code() {
                continue;
            }
            let customer = rows.customer[at];
            if self.customer.replace(customer) != Some(customer) {
                self.contracts.iter_mut().flatten().for_each(Contract::reset);
            }
            let Some(Some(contract)) = self.contracts.get_mut(usize::from(rows.stream[at])) else { continue };
            let (day, notice) = (rows.day[at], rows.notice(at)?);
            contract.say(day, 0, &notice).map_err(|none| none.of(customer))?;
            *value = contract.monthly_minor(notice.reference, day);
        }
        Ok(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::Terms;
    use model::config::policy::Preset;
    use model::{Clause, Day};

    fn levels(policies: Policies) -> Vec<i64> {
        let said = [
            (1, 1, Clause::Trial, 500, 0),
            (1, 15, Clause::Price, 500, 0),
            (1, 20, Clause::LastingCoupon, 100, 0),
            (1, 30, Clause::Paused, 0, 0),
            (1, 40, Clause::Resumed, 0, 0),
            (2, 20, Clause::Price, 1000, 1),
            (2, 60, Clause::PastDue, 0, 1),
            (2, 90, Clause::Price, 0, 1),
        ];
        let clause = said.map(|said| said.2.code());
        let (customer, day) = (said.map(|said| said.0), said.map(|said| said.1));
        let (original_minor, currency) = (said.map(|said| said.3), said.map(|said| said.4));
        let mut kind = [EventKind::Subscription.code(); 8];
        kind[7] = EventKind::Refund.code();
        let rows = Rows {
            customer: &customer,
            day: &day,
            kind: &kind,
            stream: &[1; 8],
            value_minor: &[500, 500, 100, 0, 0, 777, 0, 33],
            reference: &[9; 8],
            terms: Some(Terms { clause: &clause, currency: &currency, original_minor: &original_minor }),
        };
        let rates = CurrencyRates { steps: vec![(Day(0), 0.5), (Day(50), 0.25)] };
        let fresh = || Levels::new(&[None, Some(policies)], std::slice::from_ref(&rates));
        let whole = fresh().of(rows).expect("sound");
        for size in 1..8 {
            let mut levels = fresh();
            let chunks = (0..8).step_by(size).map(|from| rows.slice(from..(from + size).min(8)));
            let told: Vec<i64> = chunks.flat_map(|chunk| levels.of(chunk).expect("sound")).collect();
            assert_eq!(told, whole, "chunks of {size}");
        }
        whole
    }

    #[test]
    fn a_level_is_what_counts_under_the_policies_at_the_rate_of_the_price() {
        assert_eq!(levels(Policies::default()), [0, 500, 400, 0, 400, 500, 500, 33]);
        let chartmogul = Preset::Chartmogul.policies();
        assert_eq!(levels(chartmogul), [0, 500, 400, 400, 400, 500, 500, 33]);
    }
}
