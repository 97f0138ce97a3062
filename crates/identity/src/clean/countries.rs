//! How countries number their telephones, for those whose customers write numbers the national way.
//!
//! Calling codes and trunk prefixes after ITU-T E.164 and the operational bulletins of its national plans.

/// The numbering plan of one country.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Country {
    /// ISO 3166-1 alpha-2.
    pub(crate) iso: &'static str,
    /// Country calling code.
    pub(crate) code: &'static str,
    /// What is dialled before a national number at home; empty where nothing is.
    pub(crate) trunk: &'static str,
    /// Longest national number, in digits, without trunk prefix.
    pub(crate) longest: usize,
}

const fn plan(iso: &'static str, code: &'static str, trunk: &'static str, longest: usize) -> Country {
    Country { iso, code, trunk, longest }
}

const COUNTRIES: &[Country] = &[
    plan("AE", "971", "0", 9),
    plan("AR", "54", "0", 11),
    plan("AT", "43", "0", 12),
    plan("AU", "61", "0", 9),
    plan("BE", "32", "0", 9),
    plan("BG", "359", "0", 9),
    plan("BR", "55", "0", 11),
    plan("CA", "1", "1", 10),
    plan("CH", "41", "0", 9),
    plan("CL", "56", "", 9),
    plan("CN", "86", "0", 11),
    plan("CO", "57", "", 10),
    plan("CZ", "420", "", 9),
    plan("DE", "49", "0", 11),
    plan("DK", "45", "", 8),
    plan("EE", "372", "", 8),
    plan("EG", "20", "0", 10),
    plan("ES", "34", "", 9),
    plan("FI", "358", "0", 11),
    plan("FR", "33", "0", 9),
    plan("GB", "44", "0", 10),
    plan("GR", "30", "", 10),
    plan("HK", "852", "", 8),
    plan("HR", "385", "0", 9),
    plan("HU", "36", "06", 9),
    plan("ID", "62", "0", 12),
    plan("IE", "353", "0", 9),
    plan("IL", "972", "0", 9),
    plan("IN", "91", "0", 10),
    plan("IS", "354", "", 7),
    plan("IT", "39", "", 11),
    plan("JP", "81", "0", 10),
    plan("KE", "254", "0", 9),
    plan("KR", "82", "0", 10),
    plan("LT", "370", "0", 8),
    plan("LU", "352", "", 11),
    plan("LV", "371", "", 8),
    plan("MX", "52", "", 10),
    plan("MY", "60", "0", 10),
    plan("NG", "234", "0", 10),
    plan("NL", "31", "0", 9),
    plan("NO", "47", "", 8),
    plan("NZ", "64", "0", 10),
    plan("PE", "51", "0", 9),
    plan("PH", "63", "0", 10),
    plan("PK", "92", "0", 10),
    plan("PL", "48", "", 9),
    plan("PT", "351", "", 9),
    plan("RO", "40", "0", 9),
    plan("RS", "381", "0", 9),
    plan("RU", "7", "8", 10),
    plan("SA", "966", "0", 9),
    plan("SE", "46", "0", 9),
    plan("SG", "65", "", 8),
    plan("SI", "386", "0", 8),
    plan("SK", "421", "0", 9),
    plan("TH", "66", "0", 9),
    plan("TR", "90", "0", 10),
    plan("TW", "886", "0", 9),
    plan("UA", "380", "0", 9),
    plan("US", "1", "1", 10),
    plan("VN", "84", "0", 10),
    plan("ZA", "27", "0", 9),
];

/// The plan of a two-letter country, in any case.
pub(crate) fn country(iso: &str) -> Option<Country> {
    COUNTRIES.iter().find(|country| country.iso.eq_ignore_ascii_case(iso.trim())).copied()
}

/// The plan that international digits belong to; calling codes are free of prefixes among themselves.
pub(crate) fn of_international(digits: &str) -> Option<Country> {
    COUNTRIES.iter().find(|country| digits.starts_with(country.code)).copied()
}
