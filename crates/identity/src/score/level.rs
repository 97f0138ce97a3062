//! Levels of agreement: how alike two values of a field are, from equal to different.

use crate::score::packed::LANES;
use crate::score::table::Role;

/// Levels of a pair by lane.
pub(crate) type Levels = [u8; LANES];

/// Both values are the same.
pub(crate) const EXACT: u8 = 0;
/// At least one value is not known.
pub(crate) const UNKNOWN: u8 = 15;
/// One slip of the pen, in every role that has the level.
pub(crate) const SLIP: u8 = 1;

pub(crate) const NAME_SIMILAR: u8 = 2;
pub(crate) const NAME_SHORT: u8 = 3;
pub(crate) const NAME_CROSSED: u8 = 4;
pub(crate) const NAME_SOUND: u8 = 5;
pub(crate) const TEXT_SIMILAR: u8 = 2;
pub(crate) const TEXT_PART: u8 = 3;
pub(crate) const TEXT_SOUND: u8 = 4;
pub(crate) const DATE_SLIP: u8 = SLIP;
pub(crate) const DATE_SWAPPED: u8 = 2;
pub(crate) const DATE_NEAR: u8 = 3;
pub(crate) const DATE_YEAR: u8 = 4;
pub(crate) const TWO_SLIPS: u8 = 2;
pub(crate) const MAILBOX: u8 = 2;
pub(crate) const MAIL_SIMILAR: u8 = 3;
pub(crate) const ENDING: u8 = 2;
pub(crate) const AREA: u8 = 2;

/// What the levels of a role are called, from equal to different.
pub(crate) const fn names(role: Role) -> &'static [&'static str] {
    match role {
        Role::Given | Role::Family => &["equal", "slip", "similar", "short", "crossed", "sound", "different"],
        Role::Name | Role::Place | Role::Company | Role::Address => {
            &["equal", "slip", "similar", "part", "sound", "different"]
        }
        Role::BirthDate => &["equal", "slip", "swapped", "near", "year", "different"],
        Role::Identifier => &["equal", "slip", "two slips", "different"],
        Role::Exclusive => &["equal", "different"],
        Role::Category | Role::HouseNumber => &["equal", "slip", "different"],
        Role::Email => &["equal", "slip", "mailbox", "similar", "different"],
        Role::Phone => &["equal", "slip", "ending", "different"],
        Role::Postcode => &["equal", "slip", "area", "different"],
    }
}

/// The last level of a role.
pub(crate) const fn different(role: Role) -> u8 {
    names(role).len() as u8 - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_levels_are_positions_of_their_names() {
        for (role, code, name) in [
            (Role::Given, EXACT, "equal"),
            (Role::Given, NAME_SIMILAR, "similar"),
            (Role::Given, NAME_SHORT, "short"),
            (Role::Family, NAME_CROSSED, "crossed"),
            (Role::Family, NAME_SOUND, "sound"),
            (Role::Address, TEXT_SIMILAR, "similar"),
            (Role::Address, TEXT_PART, "part"),
            (Role::Place, TEXT_SOUND, "sound"),
            (Role::BirthDate, DATE_SWAPPED, "swapped"),
            (Role::BirthDate, DATE_NEAR, "near"),
            (Role::BirthDate, DATE_YEAR, "year"),
            (Role::Identifier, TWO_SLIPS, "two slips"),
            (Role::Email, MAILBOX, "mailbox"),
            (Role::Email, MAIL_SIMILAR, "similar"),
            (Role::Phone, ENDING, "ending"),
            (Role::Postcode, AREA, "area"),
            (Role::Category, SLIP, "slip"),
        ] {
            assert_eq!(names(role)[usize::from(code)], name);
            assert_eq!(names(role)[usize::from(different(role))], "different");
        }
    }
}
