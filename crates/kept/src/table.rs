//! Plain tables on the terminal.

/// Lines of a table: columns padded to their widest cell, numbers (columns marked `true`) to the right.
pub(crate) fn lines(head: &[(&str, bool)], rows: &[Vec<String>]) -> String {
    let width = |at: usize| {
        let cells = rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count());
        cells.chain([head[at].0.chars().count()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let padded = cells.zip(head.iter().zip(&widths)).map(|(cell, ((_, right), width))| {
            let pad = " ".repeat(width.saturating_sub(cell.chars().count()));
            if *right { pad + cell } else { cell.to_owned() + &pad }
        });
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
    };
    let mut text = line(&mut head.iter().map(|(name, _)| *name));
    for row in rows {
        text += &line(&mut row.iter().map(String::as_str));
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn columns_line_up() {
        let rows = [vec!["a".to_owned(), "10".to_owned()], vec!["long".to_owned(), "7".to_owned()]];
        assert_eq!(super::lines(&[("name", false), ("n", true)], &rows), "name   n\na     10\nlong   7\n");
    }
}
