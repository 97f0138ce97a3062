//! Steps around a touchpoint as flows from left to right (Sankey 1898): a column for each step, a block for each place,
//! a ribbon for those who went from one to the next.
//!
//! Classes: `steps` with `block`, `ribbon`, `place`, `said`, `column`; blocks and ribbons have `tone-*`.

use crate::map::{Tone, wrapped};
use crate::scale::px;
use maud::{Markup, html};
use std::ops::RangeInclusive;

/// What is drawn.
#[derive(Debug, Clone, Default)]
pub struct Steps {
    /// What the picture shows, for those who hear it.
    pub heading: String,
    /// Places by column, from top to bottom.
    pub blocks: Vec<Block>,
    /// Who went from where to where.
    pub ribbons: Vec<Ribbon>,
    /// The most customers of a column.
    pub customers: u64,
}

/// A place at a step.
#[derive(Debug, Clone)]
pub struct Block {
    /// The step, 0 for the touchpoint all is about.
    pub step: i8,
    /// Shown.
    pub name: String,
    /// Customers.
    pub customers: u64,
    /// Its number, beneath the name.
    pub said: String,
    /// Its colour.
    pub tone: Tone,
}

/// Those who went from one place to the next.
#[derive(Debug, Clone)]
pub struct Ribbon {
    /// Index into the blocks.
    pub from: usize,
    /// Index into the blocks, a column further.
    pub to: usize,
    /// Customers.
    pub customers: u64,
    /// Its colour.
    pub tone: Tone,
    /// All of it in words.
    pub spoken: String,
    /// Address of the list behind it, if there is one.
    pub link: Option<String>,
}

/// One of the two layouts.
struct Sheet {
    class: &'static str,
    steps: RangeInclusive<i8>,
    width: f64,
    /// Height of all customers.
    height: f64,
    /// Letters of a name that fit beside a block.
    room: usize,
}

const BLOCK: f64 = 10.0;
/// Two lines of text.
const LEAST: f64 = 30.0;
const GAP: f64 = 8.0;
const TOP: f64 = 26.0;

impl Steps {
    /// Both layouts; the page's style sheet shows `.wide`, all steps, or `.narrow`, those just before and after.
    pub fn picture(&self) -> Markup {
        let steps = self.blocks.iter().map(|block| block.step);
        let (first, last) = (steps.clone().min().unwrap_or(0), steps.max().unwrap_or(0));
        let wide = Sheet { class: "wide", steps: first..=last, width: 980.0, height: 330.0, room: 17 };
        let narrow = Sheet {
            class: "narrow",
            steps: first.max(-1)..=last.min(1),
            width: 358.0,
            height: 260.0,
            room: 14,
        };
        html! { (self.draw(&wide)) (self.draw(&narrow)) }
    }

    fn draw(&self, sheet: &Sheet) -> Markup {
        let columns = f64::from(sheet.steps.end() - sheet.steps.start()) + 1.0;
        let pitch = sheet.width / columns;
        let left = |step: i8| f64::from(step - sheet.steps.start()) * pitch;
        let is_shown = |block: &&Block| sheet.steps.contains(&block.step);
        let tops = self.tops(sheet);
        let bottom = self.blocks.iter().zip(&tops).filter(|(block, _)| is_shown(block));
        let bottom = bottom
            .map(|(block, top)| top + self.height(block.customers, sheet).max(LEAST))
            .fold(TOP, f64::max);
        html! {
            svg.chart.steps.(sheet.class) viewBox=(format!("0 0 {} {}", sheet.width, px(bottom + 4.0))) role="group" aria-label=(self.heading) {
                @for step in sheet.steps.clone() { text.column x=(px(left(step))) y="14" { (column(step)) } }
                (self.ribbons(sheet, &tops, &left))
                @for (block, top) in self.blocks.iter().zip(&tops).filter(|(block, _)| is_shown(block)) {
                    rect.block.(block.tone.class()) x=(px(left(block.step))) y=(px(*top)) width=(BLOCK)
                        height=(px(self.height(block.customers, sheet).max(1.0))) {}
                    text.place x=(px(left(block.step) + BLOCK + 5.0)) y=(px(top + 11.0)) {
                        (wrapped(&block.name, sheet.room, 1).concat())
                    }
                    text.said x=(px(left(block.step) + BLOCK + 5.0)) y=(px(top + 25.0)) { (block.said) }
                }
            }
        }
    }

    fn height(&self, customers: u64, sheet: &Sheet) -> f64 {
        sheet.height * customers as f64 / self.customers.max(1) as f64
    }

    /// Where each block begins, below those before it in its column.
    fn tops(&self, sheet: &Sheet) -> Vec<f64> {
        let mut next = std::collections::BTreeMap::<i8, f64>::new();
        let mut top = |block: &Block| {
            let at = next.entry(block.step).or_insert(TOP);
            let top = *at;
            *at += self.height(block.customers, sheet).max(LEAST) + GAP;
            top
        };
        self.blocks.iter().map(&mut top).collect()
    }

    /// Ribbons leave and reach a block in the order of where they lead and come from, so that they do not cross there.
    fn ribbons(&self, sheet: &Sheet, tops: &[f64], left: &dyn Fn(i8) -> f64) -> Markup {
        let mut order: Vec<&Ribbon> = self.ribbons.iter().collect();
        order.sort_by_key(|ribbon| (ribbon.from, ribbon.to));
        let (mut out, mut into) = (tops.to_vec(), tops.to_vec());
        let mut drawn = Vec::new();
        for ribbon in order {
            let (Some(from), Some(to)) = (self.blocks.get(ribbon.from), self.blocks.get(ribbon.to)) else {
                continue;
            };
            let breadth = self.height(ribbon.customers, sheet);
            let (start, end) = (out[ribbon.from] + breadth / 2.0, into[ribbon.to] + breadth / 2.0);
            out[ribbon.from] += breadth;
            into[ribbon.to] += breadth;
            if sheet.steps.contains(&from.step) && sheet.steps.contains(&to.step) {
                let (x, end_x) = (left(from.step) + BLOCK, left(to.step));
                let middle = f64::midpoint(x, end_x);
                let path = format!(
                    "M{x:.1} {start:.1}C{middle:.1} {start:.1} {middle:.1} {end:.1} {end_x:.1} {end:.1}"
                );
                drawn.push((ribbon, path, breadth.max(0.8)));
            }
        }
        html! {
            @for (ribbon, path, breadth) in &drawn {
                @let line = html! {
                    title { (ribbon.spoken) }
                    path.ribbon.(ribbon.tone.class()) d=(path) stroke-width=(format!("{breadth:.1}")) {}
                };
                @match &ribbon.link {
                    Some(link) => { a.link href=(link) aria-label=(ribbon.spoken) { (line) } },
                    None => { g { (line) } },
                }
            }
        }
    }
}

fn column(step: i8) -> String {
    match step {
        -1 => "just before".to_owned(),
        0 => "first time there".to_owned(),
        1 => "just after".to_owned(),
        _ if step < 0 => format!("{} steps before", -step),
        _ => format!("{step} steps after"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(step: i8, name: &str, customers: u64) -> Block {
        Block { step, name: name.into(), customers, said: customers.to_string(), tone: Tone::Plain }
    }

    fn ribbon(from: usize, to: usize, customers: u64, link: Option<&str>) -> Ribbon {
        let spoken = format!("<{from} to {to}>");
        Ribbon { from, to, customers, tone: Tone::Plain, spoken, link: link.map(str::to_owned) }
    }

    #[test]
    fn the_wide_layout_has_all_steps_and_the_narrow_one_those_beside() {
        let steps = Steps {
            heading: "Steps".into(),
            blocks: vec![
                block(-2, "First of all", 60),
                block(-1, "Order", 60),
                block(-1, "Nothing yet", 40),
                block(0, "Delivery", 100),
                block(1, "Left", 30),
                block(1, "Review", 70),
            ],
            ribbons: vec![
                ribbon(0, 1, 60, Some("/a")),
                ribbon(1, 3, 60, Some("/b")),
                ribbon(2, 3, 40, None),
                ribbon(3, 4, 30, Some("/c")),
                ribbon(3, 5, 70, Some("/d")),
            ],
            customers: 100,
        };
        let told = steps.picture().into_string();
        assert_eq!((told.matches("<svg").count(), told.matches("<rect").count()), (2, 6 + 5));
        assert_eq!(told.matches("class=\"ribbon tone-plain\"").count(), 5 + 4);
        assert_eq!(told.matches("<a ").count(), 4 + 3, "what has no list is no link");
        assert!(told.contains("2 steps before") && told.contains("&lt;0 to 1&gt;") && !told.contains("NaN"));
        // In the wide layout 30 of 100 customers are 99 of 330 high.
        assert!(told.contains("stroke-width=\"99.0\""), "{told}");
    }

    #[test]
    fn nothing_is_drawn_without_failing() {
        assert!(Steps::default().picture().into_string().contains("<svg"));
    }
}
