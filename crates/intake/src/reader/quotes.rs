//! Whether the quotes of a row of separated text are as RFC 4180 wants them.

/// How a row's quotes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quotes {
    /// Each opens at the start of a cell and closes at its end.
    Clean,
    /// Some stand within a cell that is not quoted: taken as they are.
    Within,
    /// One that opens is not closed, or is closed in the middle of a cell.
    Broken,
}

/// Reads the quotes of one row.
pub(super) fn of(row: &[u8], separator: u8) -> Quotes {
    #[derive(Clone, Copy)]
    enum At {
        Start,
        Plain,
        Quoted,
        Closed,
    }
    let (mut at, mut within) = (At::Start, false);
    for &byte in row {
        at = match (at, byte) {
            (At::Quoted, b'"') => At::Closed,
            (At::Start | At::Closed, b'"') | (At::Quoted, _) => At::Quoted,
            (_, b) if b == separator || b == b'\n' || b == b'\r' => At::Start,
            (At::Closed, _) => return Quotes::Broken,
            (At::Start | At::Plain, b) => {
                within |= b == b'"';
                At::Plain
            }
        };
    }
    match (at, within) {
        (At::Quoted, _) => Quotes::Broken,
        (_, true) => Quotes::Within,
        (_, false) => Quotes::Clean,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_clean_within_or_broken() {
        use Quotes::{Broken, Clean, Within};
        for (row, expected) in [
            ("a,b", Clean),
            ("\"a\",\"b\nc\"", Clean),
            ("\"say \"\"hi\"\"\",x", Clean),
            ("a,5\" pipe", Within),
            ("a,\"b", Broken),
            ("\"a\"b,c", Broken),
            ("", Clean),
        ] {
            assert_eq!(of(row.as_bytes(), b','), expected, "{row}");
        }
    }
}
