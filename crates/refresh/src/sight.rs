//! What a reader may see: whose personal data, and whose imports. The condition goes into the plan of every query
//! ([`lake::View::narrowed`]), so that no query of ours can forget it.

use crate::error::Error;
use crate::inputs::Live;
use lake::{Only, View};
use model::config::Config;
use std::collections::{BTreeMap, BTreeSet};

/// How far something reaches.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extent {
    /// Nowhere.
    #[default]
    Nothing,
    /// To what the silos of these departments told, by id.
    Departments(BTreeSet<String>),
    /// To everything.
    Everything,
}

impl Extent {
    /// Whether it reaches what a silo told.
    pub fn covers(&self, config: &Config, silo: &str) -> bool {
        match self {
            Self::Nothing => false,
            Self::Everything => true,
            Self::Departments(departments) => config
                .silos
                .iter()
                .any(|one| one.id.get_ref() == silo && departments.contains(one.owner.get_ref())),
        }
    }
}

/// What a reader may see beside figures, and customers by number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sight {
    /// Names, addresses, texts, the silos' own keys.
    pub personal: Extent,
    /// Imports and rows set aside.
    pub imports: Extent,
}

impl Sight {
    /// Of whoever has the files anyway: the command line.
    pub const fn everything() -> Self {
        Self { personal: Extent::Everything, imports: Extent::Everything }
    }

    /// Fails unless everybody's personal data may be seen: for answers that cannot be told in part.
    pub(crate) fn whole(&self) -> Result<(), Error> {
        if self.personal == Extent::Everything { Ok(()) } else { Err(Error::OutOfSight) }
    }
}

/// The view with the personal data that an extent reaches, and with no other.
pub(crate) fn narrowed(view: &View, live: &Live, config: &Config, personal: &Extent) -> Result<View, Error> {
    let seen = live.imports.iter().map(|live| &live.import).filter(|one| personal.covers(config, &one.silo));
    let seen: Vec<u64> = seen.map(|import| import.id).collect();
    let told = ["records", "events", "event_text", "rejects"];
    let told = told.map(|table| (table, Only::In("import_id", seen.clone())));
    // These are of several silos at once.
    let mixed = ["decisions", "generic_values"].map(|table| (table, Only::Nothing));
    Ok(view.narrowed(told.into_iter().chain(mixed).collect::<BTreeMap<_, _>>())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_department_reaches_its_own_silos_alone() {
        let config = "[company]\nname = \"X\"\ncurrency = \"EUR\"\n\
            [[department]]\nid = \"web\"\nname = \"Web\"\n[[department]]\nid = \"care\"\nname = \"Care\"\n\
            [[silo]]\nid = \"shop\"\nname = \"Shop\"\nowner = \"web\"\n\
            [[silo]]\nid = \"desk\"\nname = \"Desk\"\nowner = \"care\"\n";
        let config = Config::parse(config).expect("config");
        let web = Extent::Departments(BTreeSet::from(["web".to_owned()]));
        for (extent, shop, desk) in
            [(Extent::Nothing, false, false), (web, true, false), (Extent::Everything, true, true)]
        {
            let told = ["shop", "desk"].map(|silo| extent.covers(&config, silo));
            assert_eq!(told, [shop, desk], "{extent:?}");
        }
        let gone = Extent::Departments(BTreeSet::from(["web".to_owned(), String::new()]));
        assert!(!gone.covers(&config, "a silo that the config no longer has"));
        assert!(Sight::default().whole().is_err() && Sight::everything().whole().is_ok());
    }
}
