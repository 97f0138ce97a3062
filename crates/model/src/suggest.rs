//! "Did you mean": the nearest known name to a misspelt one.

/// The candidate nearest to `wanted` by Damerau–Levenshtein distance, ignoring case, when it is near enough
/// to be what was meant (at most a third of its letters differ).
pub fn nearest<'a>(wanted: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = wanted.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&wanted, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| {
            *distance * 3 <= candidate.chars().count().max(wanted.chars().count()) + 1
        })
        .min()
        .map(|(_, candidate)| candidate)
}

/// `"; did you mean `x`?"` for the nearest candidate, or an empty text.
pub fn hint<'a>(wanted: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    nearest(wanted, candidates).map_or_else(String::new, |near| format!("; did you mean `{near}`?"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_nearest_name_is_offered_only_when_it_is_near() {
        let known = ["customer_id", "order_date", "amount"];
        assert_eq!(super::nearest("Customer_Id", known), Some("customer_id"));
        assert_eq!(super::nearest("ordr_date", known), Some("order_date"));
        assert_eq!(super::nearest("zzz", known), None);
    }
}
