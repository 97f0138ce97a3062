//! The distinct values of a field, each with a code in the order of first sight.

use xxhash_rust::xxh3::xxh3_64;

/// The code of no value.
pub(crate) const NONE: u32 = u32::MAX;

/// A dictionary: text to code and back.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    bytes: String,
    /// Where each text ends in `bytes`.
    ends: Vec<usize>,
    /// Codes by hash, open addressing; a power of two, empty when closed.
    slots: Vec<u32>,
}

impl Texts {
    /// The code of `text`, new where it was not seen before.
    pub(crate) fn intern(&mut self, text: &str) -> u32 {
        if (self.len() + 1) * 2 > self.slots.len() {
            self.grow();
        }
        let mask = self.slots.len() - 1;
        let mut at = xxh3_64(text.as_bytes()) as usize & mask;
        loop {
            match self.slots[at] {
                NONE => break,
                code if self.get(code) == text => return code,
                _ => at = (at + 1) & mask,
            }
        }
        let code = self.len() as u32;
        self.slots[at] = code;
        self.bytes.push_str(text);
        self.ends.push(self.bytes.len());
        code
    }

    /// The text of a code.
    pub(crate) fn get(&self, code: u32) -> &str {
        let at = code as usize;
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.bytes[start..self.ends[at]]
    }

    /// How many texts there are.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// A hash of the text that does not depend on the code.
    pub(crate) fn hash(&self, code: u32) -> u64 {
        xxh3_64(self.get(code).as_bytes())
    }

    /// Frees what only interning needs.
    pub(crate) fn close(mut self) -> Self {
        self.slots = Vec::new();
        self.bytes.shrink_to_fit();
        self.ends.shrink_to_fit();
        self
    }

    fn grow(&mut self) {
        let size = ((self.len() + 1) * 4).next_power_of_two().max(16);
        let mut slots = vec![NONE; size];
        for code in 0..self.len() as u32 {
            let mut at = self.hash(code) as usize & (size - 1);
            while slots[at] != NONE {
                at = (at + 1) & (size - 1);
            }
            slots[at] = code;
        }
        self.slots = slots;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_has_one_code_before_and_after_closing() {
        let mut texts = Texts::default();
        let words: Vec<String> = (0..1_000).map(|n| format!("word {}", n % 300)).collect();
        let codes: Vec<u32> = words.iter().map(|word| texts.intern(word)).collect();
        assert_eq!(texts.len(), 300);
        assert_eq!(texts.intern(""), 300, "the empty text is a text");
        let mut texts = texts.close();
        for (word, &code) in words.iter().zip(&codes) {
            assert_eq!(texts.get(code), word);
            assert_eq!(texts.intern(word), code);
        }
        assert_eq!(texts.hash(codes[7]), xxh3_64(b"word 7"));
    }
}
