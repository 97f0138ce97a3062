//! Source files: how they open, how long they and their functions are, and that no lint is switched off in silence.

use super::Finding;
use syn::visit::{self, Visit};

const FILE_LINES: usize = 600;
const FUNCTION_LINES: usize = 70;

/// Findings of one file of Rust below a `src` folder.
pub(super) fn check(file: &str, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !text.starts_with("//!") {
        findings.push(Finding::new(
            file,
            1,
            "the file does not open with `//!`; say what it is for, in a line or three",
        ));
    }
    let lines = text.lines().count();
    if lines > FILE_LINES {
        let message = format!("{lines} lines, more than {FILE_LINES}; split the file by meaning");
        findings.push(Finding::new(file, FILE_LINES + 1, message));
    }
    match syn::parse_file(text) {
        Ok(parsed) => {
            let mut reader = Reader { file, findings: &mut findings };
            reader.visit_file(&parsed);
        }
        Err(error) => {
            let message = format!("this is not Rust as tidy reads it: {error}");
            findings.push(Finding::new(file, error.span().start().line, message));
        }
    }
    findings
}

struct Reader<'a> {
    file: &'a str,
    findings: &'a mut Vec<Finding>,
}

impl Reader<'_> {
    fn function(&mut self, signature: &syn::Signature, block: &syn::Block) {
        let first = signature.fn_token.span.start().line;
        let lines = block.brace_token.span.close().end().line + 1 - first;
        if lines > FUNCTION_LINES {
            let name = &signature.ident;
            let message = format!(
                "function `{name}` has {lines} lines, more than {FUNCTION_LINES}; split it by meaning"
            );
            self.findings.push(Finding::new(self.file, first, message));
        }
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(&item.sig, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.function(&item.sig, &item.block);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(block) = &item.default {
            self.function(&item.sig, block);
        }
        visit::visit_trait_item_fn(self, item);
    }

    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        if attribute.path().is_ident("allow") {
            let line = attribute.pound_token.span.start().line;
            let message = "a lint is switched off by `allow`; use `#[expect(lint, reason = \"…\")]`, which ends when its cause does";
            self.findings.push(Finding::new(self.file, line, message));
        }
        visit::visit_attribute(self, attribute);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<(usize, String)> {
        check("a.rs", text).into_iter().map(|finding| (finding.line, finding.message)).collect()
    }

    fn function(head: &str, lines: usize) -> String {
        format!("{head} {{\n{}}}\n", "    let _ = 1;\n".repeat(lines - 2))
    }

    #[test]
    fn a_short_file_that_opens_well_passes() {
        assert!(told(&format!("//! What it is.\n{}", function("fn f()", 70))).is_empty());
    }

    #[test]
    fn a_file_without_an_opening_is_found() {
        assert!(told("use a::b;\n//! late\n")[0].1.contains("does not open"));
        assert!(told("")[0].1.contains("does not open"));
    }

    #[test]
    fn a_file_of_600_lines_passes_and_one_of_601_does_not() {
        let file = |lines: usize| format!("//! a\n{}", "// b\n".repeat(lines - 1));
        assert!(told(&file(600)).is_empty());
        assert_eq!(told(&file(601)).iter().map(|(line, _)| *line).collect::<Vec<_>>(), [601]);
    }

    #[test]
    fn long_functions_are_found_wherever_they_stand() {
        let long = |head: &str| function(head, 71);
        let table = [
            (format!("//! a\n{}", long("fn long()")), 2),
            (format!("//! a\n/// Doc.\n#[must_use]\n{}", long("pub(crate) async fn long()")), 4),
            (format!("//! a\nimpl A {{\n{}}}\n", long("fn long()")), 3),
            (format!("//! a\ntrait A {{\nfn short();\n{}}}\n", long("fn long()")), 4),
            (format!("//! a\n#[cfg(test)]\nmod tests {{\n{}}}\n", long("fn long()")), 4),
        ];
        for (text, line) in table {
            let told = told(&text);
            assert_eq!(told.len(), 1, "{told:?}");
            assert_eq!(told[0].0, line, "{told:?}");
            assert!(told[0].1.starts_with("function `long` has 71 lines"), "{told:?}");
        }
    }

    #[test]
    fn a_lint_switched_off_is_found_and_an_expected_one_is_not() {
        let text = "//! a\n#![allow(dead_code)]\n#[expect(dead_code, reason = \"b\")]\nfn f() {\n    #[allow(unused)]\n    let a = 1;\n}\n";
        assert_eq!(told(text).iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 5]);
    }

    #[test]
    fn a_file_that_does_not_parse_is_found() {
        assert!(told("//! a\nfn {\n")[0].1.contains("not Rust"));
    }
}
