//! What is planted is there, and as strong as the truth says: measured on the lives themselves.

use super::plan;
use crate::Plan;
use crate::life::Life;
use crate::people::Person;
use crate::plan::{
    BAD_SHARE, BAD_SHARE_CHANGED, COURIER_REGION, INITIATIVE_RATIO, POLITE_RATIO, TREATED_REGIONS,
};
use crate::truth::{Plants, plants};
use crate::world::World;
use model::Day;
use std::sync::OnceLock;

fn world() -> &'static (World, Plants) {
    static WORLD: OnceLock<(World, Plants)> = OnceLock::new();
    WORLD.get_or_init(|| {
        let world = World::simulate(&Plan { customers: 8000, ..plan(11) }, &mut |_| {}).unwrap();
        let plants = plants(&world, 0);
        (world, plants)
    })
}

/// Deaths per day of life from a day on, of the buyers that count.
fn loss_per_day(world: &World, from: Day, counts: impl Fn(&Person, &Life) -> bool) -> f64 {
    let (mut deaths, mut days) = (0, 0);
    for (person, life) in world.each().filter(|(_, life)| !life.purchases.is_empty()) {
        let start = person.habits.acquired.max(from);
        let end = life.ends.actual.unwrap_or(world.setting.marks.until);
        if end > start && counts(person, life) {
            deaths += i32::from(life.ends.actual.is_some());
            days += end.0 - start.0;
        }
    }
    f64::from(deaths) / f64::from(days)
}

#[test]
fn the_new_courier_fails_more_parcels_and_costs_customers() {
    let (world, plants) = world();
    let mut parcels = [(0_u32, 0_u32); 2];
    for (person, life) in world.each().filter(|(person, _)| person.home.region == COURIER_REGION) {
        assert_eq!(person.region(), plants.courier.region);
        for parcel in life.orders().filter_map(|(_, order)| order.parcel.as_ref()) {
            let (bad, all) = &mut parcels[usize::from(parcel.changed_courier)];
            *bad += u32::from(parcel.bad_on.is_some());
            *all += 1;
            assert!(!parcel.bad_anyway || parcel.bad_on.is_some());
        }
    }
    let [before, after] = parcels.map(|(bad, all)| f64::from(bad) / f64::from(all));
    assert!((before - BAD_SHARE).abs() < 0.015, "{before}");
    assert!((after - BAD_SHARE_CHANGED).abs() < 0.03, "{after}");
    let courier = &plants.courier;
    assert!(0 < courier.lost_because && courier.lost_because <= courier.exposed_lost, "{courier:?}");
    assert!(courier.exposed_lost < courier.exposed);
}

#[test]
fn no_life_is_longer_with_the_new_courier_or_shorter_with_the_initiative() {
    let (world, _) = world();
    let days = |end: Option<Day>| end.map_or(i32::MAX, |day| day.0);
    for (person, life) in world.each() {
        let ends = &life.ends;
        assert!(days(ends.actual) <= days(ends.without_courier), "{}", person.key());
        assert!(days(ends.actual) >= days(ends.without_initiative), "{}", person.key());
        let spared = person.home.region != COURIER_REGION;
        assert!(!spared || ends.actual == ends.without_courier);
        assert!(ends.actual.is_none_or(|end| life.purchases.last().is_none_or(|last| last.day <= end)));
    }
}

#[test]
fn the_initiative_slows_loss_by_the_ratio_it_names() {
    let (world, plants) = world();
    let from = world.setting.marks.initiative_from;
    let treated = |person: &Person| TREATED_REGIONS.contains(&person.home.region);
    let with = loss_per_day(world, from, |person, _| treated(person));
    let without =
        loss_per_day(world, from, |person, _| !treated(person) && person.home.region != COURIER_REGION);
    let ratio = with / without;
    assert!((ratio - INITIATIVE_RATIO).abs() < 0.1, "{ratio}");
    assert!(0 < plants.initiative.kept_because && plants.initiative.kept_because < plants.initiative.treated);
}

#[test]
fn polite_people_praise_and_leave() {
    let (world, plants) = world();
    let start = world.setting.marks.start;
    let polite = loss_per_day(world, start, |person, _| person.habits.polite);
    let others = loss_per_day(world, start, |person, _| !person.habits.polite);
    assert!((polite / others - POLITE_RATIO).abs() < 0.35, "{polite} {others}");
    let praise = |(person, life): (&Person, &Life)| {
        !person.habits.polite || life.answers.iter().all(|answer| answer.score.is_none_or(|score| score >= 9))
    };
    assert!(world.each().all(praise));
    let groups = &plants.promoters.groups;
    assert!(
        groups["promoter"].lost > 0 && groups["promoter"].lost_share > groups["passive"].lost_share,
        "{groups:?}"
    );
}

#[test]
fn the_billing_fault_ends_memberships_in_its_month() {
    let (world, plants) = world();
    let fault = &plants.billing_fault;
    assert!(0 < fault.ended && fault.ended < fault.failed && fault.failed < fault.charged, "{fault:?}");
    let mut ended = [0_u64; 2];
    for club in
        world.lives.iter().filter_map(|life| life.club.as_ref()).filter(|club| club.failed_on.is_some())
    {
        ended[usize::from(club.fault.failed)] += u64::from(club.ended.is_some());
    }
    assert!(ended[1] > 2 * ended[0], "failed charges end memberships mostly in that month: {ended:?}");
}

#[test]
fn families_share_names_and_addresses_and_the_office_crowd_a_phone() {
    let (world, plants) = world();
    for pair in world.people.windows(2).filter(|pair| pair[0].home.household == pair[1].home.household) {
        assert_eq!(pair[0].home.family, pair[1].home.family);
        assert_eq!(pair[0].home.street, pair[1].home.street);
        assert_ne!(pair[0].given, pair[1].given);
        assert_ne!(pair[0].email, pair[1].email);
    }
    assert!(plants.identity.families > 100 && plants.identity.family_email_users > 100);
    assert!((30..=61).contains(&plants.identity.office_people), "{}", plants.identity.office_people);
}
