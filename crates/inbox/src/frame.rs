//! An entry on disk: its length, a checksum over its place in the log and its bytes, the bytes. The place is part of
//! the sum, so that bytes a file system hands back from an older file are no entry.

use xxhash_rust::xxh3::Xxh3;

/// Bytes before those of an entry: length (4) and checksum (8), little-endian.
pub(crate) const HEADER: usize = 12;

fn checksum(place: u64, bytes: &[u8]) -> u64 {
    let mut sum = Xxh3::with_seed(place);
    sum.update(&(bytes.len() as u32).to_le_bytes());
    sum.update(bytes);
    sum.digest()
}

/// Appends an entry that stands at `place`.
pub(crate) fn write(place: u64, bytes: &[u8], out: &mut Vec<u8>) {
    out.extend((bytes.len() as u32).to_le_bytes());
    out.extend(checksum(place, bytes).to_le_bytes());
    out.extend(bytes);
}

/// The entry at the start of `bytes`, which stand at `place`; none where there is no whole and sound one.
pub(crate) fn read(place: u64, bytes: &[u8]) -> Option<&[u8]> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (sum, rest) = rest.split_first_chunk::<8>()?;
    let entry = rest.get(..u32::from_le_bytes(*length) as usize)?;
    (checksum(place, entry) == u64::from_le_bytes(*sum)).then_some(entry)
}

/// Bytes of an entry with its header.
pub(crate) const fn size(entry: &[u8]) -> u64 {
    (HEADER + entry.len()) as u64
}

/// How many of `bytes`, which start at `place`, are whole and sound entries one after another.
pub(crate) fn sound(place: u64, bytes: &[u8]) -> u64 {
    let mut at = 0;
    while let Some(entry) = read(place + at, &bytes[at as usize..]) {
        at += size(entry);
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_read_only_whole_unchanged_and_in_its_place() {
        let mut bytes = Vec::new();
        write(40, b"hello", &mut bytes);
        write(57, b"", &mut bytes);
        assert_eq!(read(40, &bytes), Some(&b"hello"[..]));
        assert_eq!(sound(40, &bytes), bytes.len() as u64);
        assert_eq!(read(41, &bytes), None, "elsewhere");
        assert_eq!(sound(40, &bytes[..bytes.len() - 1]), 17, "torn");
        for at in 0..17 {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert_eq!(sound(40, &changed), 0, "byte {at}");
        }
        assert_eq!(sound(0, &[0; 64]), 0, "zeros are no entries");
    }
}
