//! Public sets of which it is known who is who: customers found without labels are at least as right as those of
//! the best labelled thresholds of the peer. One configuration for all.

#[cfg(test)]
#[path = "../examples/measure/quality.rs"]
mod quality;
#[cfg(test)]
#[path = "../examples/measure/set.rs"]
mod set;

#[cfg(test)]
mod bars {
    use crate::quality::Quality;
    use crate::set;
    use identity::score::{Before, Limits, Model, Packed, link, score};
    use std::path::PathBuf;

    fn measured(name: &str) -> Quality {
        let manifest =
            std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let workspace = PathBuf::from(manifest).join("../..");
        let data = std::env::var("KEPT_TEST_DATA").unwrap_or_else(|_| "../shared/data".to_owned());
        let folder = workspace.join(data).join("identity");
        let set = set::read(name, &folder).unwrap_or_else(|error| {
            panic!("{}: {error}; set KEPT_TEST_DATA to the folder of test data", folder.display())
        });
        let set = set.unwrap();
        let columns = set.columns();
        let packed = Packed::read(&set.table(&columns), 2).unwrap();
        let model = Model::train(&packed, 2);
        let scored = score(&packed, &model, 2).unwrap();
        let linked = link(&packed, &model, &scored, &Before::default(), Limits::default()).unwrap();
        Quality::of(&linked.customer, &set.truth)
    }

    fn reaches(name: &str, true_pairs: u64, pair_f1: f64, b3: f64) {
        let found = measured(name);
        assert_eq!(found.true_pairs, true_pairs, "{name} is not the set of the bar");
        assert!(found.pair_f1() >= pair_f1, "{name}: pair F1 {} below {pair_f1}: {found:?}", found.pair_f1());
        assert!(found.b3() >= b3, "{name}: B³ {} below {b3}: {found:?}", found.b3());
    }

    #[test]
    fn febrl_3_is_one_customer_per_person() {
        reaches("febrl3", 6_538, 0.998, 0.999);
    }

    #[test]
    fn febrl_4_links_each_person_of_two_files() {
        reaches("febrl4", 5_000, 0.9995, 0.9997);
    }

    #[test]
    fn a_thousand_records_full_of_mistakes_find_their_people() {
        reaches("fake_1000", 2_031, 0.93, 0.95);
    }
}
