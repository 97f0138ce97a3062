//! Distances of two texts, by bytes: a bounded count of slips (optimal string alignment, Damerau 1964) and
//! Jaro–Winkler (Winkler 1990), for the short texts that fields hold.

/// Bytes of a text that Jaro–Winkler looks at.
pub(crate) const LONGEST: usize = 64;

/// Whether at most `most` (0–2) bytes are too many, too few, wrong, or changed places with their neighbours.
pub(crate) fn are_within(a: &[u8], b: &[u8], most: usize) -> bool {
    if a.len().abs_diff(b.len()) > most {
        return false;
    }
    let (a, b) = without_ends(a, b);
    slips(a, b, most)
}

/// Without what both begin and end with: equal ends never need a slip.
fn without_ends<'t>(a: &'t [u8], b: &'t [u8]) -> (&'t [u8], &'t [u8]) {
    let head = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[head..], &b[head..]);
    let tail = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    (&a[..a.len() - tail], &b[..b.len() - tail])
}

fn slips(a: &[u8], b: &[u8], most: usize) -> bool {
    match (a, b, most) {
        ([], rest, _) | (rest, [], _) => rest.len() <= most,
        (_, _, 0) => false,
        ([_], [_], _) => true,
        ([first, second], other, 1) => matches!(other, [x, y] if x == second && y == first),
        (_, _, 1) => false,
        ([first, more @ ..], [start, other @ ..], _) => {
            let turned = match (more, other) {
                ([second, more @ ..], [next, other @ ..]) => {
                    first == next && second == start && are_within(more, other, most - 1)
                }
                _ => false,
            };
            turned
                || are_within(more, other, most - 1)
                || are_within(more, b, most - 1)
                || are_within(a, other, most - 1)
        }
    }
}

/// Jaro–Winkler similarity of the first [`LONGEST`] bytes, 0–1.
pub(crate) fn jaro_winkler(a: &[u8], b: &[u8]) -> f64 {
    let (a, b) = (&a[..a.len().min(LONGEST)], &b[..b.len().min(LONGEST)]);
    let jaro = jaro(a, b);
    if jaro <= 0.7 {
        return jaro;
    }
    let head = a.iter().zip(b).take(4).take_while(|(x, y)| x == y).count();
    jaro + 0.1 * head as f64 * (1.0 - jaro)
}

fn jaro(a: &[u8], b: &[u8]) -> f64 {
    if a.is_empty() || b.is_empty() {
        return if a.len() == b.len() { 1.0 } else { 0.0 };
    }
    let reach = (a.len().max(b.len()) / 2).saturating_sub(1);
    let (mut of_a, mut of_b) = (0u64, 0u64);
    for (i, x) in a.iter().enumerate() {
        let start = i.saturating_sub(reach);
        let end = (i + reach + 1).min(b.len());
        for (j, y) in b.iter().enumerate().take(end).skip(start) {
            if x == y && of_b >> j & 1 == 0 {
                of_a |= 1 << i;
                of_b |= 1 << j;
                break;
            }
        }
    }
    let matches = of_a.count_ones();
    if matches == 0 {
        return 0.0;
    }
    let mut displaced = 0u32;
    let (mut left, mut right) = (of_a, of_b);
    while left != 0 {
        displaced += u32::from(a[left.trailing_zeros() as usize] != b[right.trailing_zeros() as usize]);
        left &= left - 1;
        right &= right - 1;
    }
    let m = f64::from(matches);
    (m / a.len() as f64 + m / b.len() as f64 + (m - f64::from(displaced / 2)) / m) / 3.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn published_values_of_jaro_winkler_hold() {
        // Winkler 1990 and 1994, to three decimals.
        for (a, b, value) in [
            ("martha", "marhta", 0.961),
            ("dwayne", "duane", 0.840),
            ("dixon", "dicksonx", 0.813),
            ("shackleford", "shackelford", 0.982),
            ("nichleson", "nichulson", 0.956),
            ("jones", "johnson", 0.832),
            ("massey", "massie", 0.933),
        ] {
            assert!((jaro_winkler(a.as_bytes(), b.as_bytes()) - value).abs() < 6e-4, "{a} {b}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]
        #[test]
        fn distances_are_those_of_strsim(a in "[abc]{0,9}", b in "[abc]{0,9}") {
            let (x, y) = (a.as_bytes(), b.as_bytes());
            for most in 0..3 {
                prop_assert_eq!(are_within(x, y, most), strsim::osa_distance(&a, &b) <= most);
            }
            let (ours, theirs) = (jaro_winkler(x, y), strsim::jaro_winkler(&a, &b));
            prop_assert!((ours - theirs).abs() < 1e-12, "{} {}", ours, theirs);
        }
    }
}
