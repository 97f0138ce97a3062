//! The map of the journey: departments as lanes, stages as columns, touchpoints as nodes, ways between them as arrows.
//!
//! Where a touchpoint stands follows from its department, stage and place in the config alone, so that the picture is
//! the same from edition to edition. Classes: `spot` with `tone-*` and `s0`–`s5`, `way` with `tone-*` and `w0`–`w4`,
//! `exit`, `lane`, `column`, `name`, `said`.

mod arcs;
mod lanes;

use maud::{Markup, html};

/// What is drawn.
#[derive(Debug, Clone, Default)]
pub struct Map {
    /// What the picture shows, for those who hear it.
    pub heading: String,
    /// Department names from top to bottom.
    pub lanes: Vec<String>,
    /// Stage names from left to right.
    pub stages: Vec<String>,
    /// Touchpoints.
    pub spots: Vec<Spot>,
    /// Ways between them; the most important last, so that they lie on top.
    pub ways: Vec<Way>,
}

/// What a colour says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Of no department's border, or nothing in particular.
    Plain,
    /// From department to department; or more among those who stayed.
    Across,
    /// Failure; or more among those who left.
    Harm,
    /// Not walked but designed.
    Planned,
}

/// One touchpoint.
#[derive(Debug, Clone)]
pub struct Spot {
    /// Shown.
    pub name: String,
    /// Index into the lanes.
    pub lane: usize,
    /// Index into the stages.
    pub stage: usize,
    /// Its size: a share (0–1) of the largest.
    pub size: f64,
    /// Its colour.
    pub tone: Tone,
    /// How strong the colour is, 0–5.
    pub shade: u8,
    /// Share (0–1) of its customers whose journey ends here.
    pub exits: f64,
    /// Its number, beneath the name.
    pub said: String,
    /// All of it in words.
    pub spoken: String,
    /// Address of the list behind it.
    pub link: String,
}

/// One way.
#[derive(Debug, Clone)]
pub struct Way {
    /// Index into the spots.
    pub from: usize,
    /// Index into the spots.
    pub to: usize,
    /// Its width: a share (0–1) of the widest.
    pub width: f64,
    /// Its colour.
    pub tone: Tone,
    /// How strong the colour is, 0–4.
    pub shade: u8,
    /// All of it in words.
    pub spoken: String,
    /// Address of the list behind it.
    pub link: String,
    /// The least percentage at which a slider shows it.
    pub share: Option<u8>,
    /// Whether it waits to be shown.
    pub waits: bool,
}

impl Tone {
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Plain => "tone-plain",
            Self::Across => "tone-across",
            Self::Harm => "tone-harm",
            Self::Planned => "tone-planned",
        }
    }
}

impl Map {
    /// Both layouts; the page's style sheet shows `.wide` or `.narrow`.
    pub fn picture(&self) -> Markup {
        html! { (lanes::draw(self)) (arcs::draw(self)) }
    }

    /// Indices of the lanes, or stages, that a spot stands in, ascending.
    fn used(&self, of: fn(&Spot) -> usize) -> Vec<usize> {
        let mut used: Vec<usize> = self.spots.iter().map(of).collect();
        used.sort_unstable();
        used.dedup();
        used
    }
}

const SMALLEST: f64 = 3.5;
const LARGEST: f64 = 16.0;

/// Radius of a spot: its area grows with its customers.
fn radius(spot: &Spot) -> f64 {
    if spot.size > 0.0 { (LARGEST * spot.size.clamp(0.0, 1.0).sqrt()).max(SMALLEST) } else { SMALLEST }
}

/// Width of a way: in step with its customers.
fn breadth(way: &Way) -> f64 {
    (7.0 * way.width.clamp(0.0, 1.0)).max(0.9)
}

/// Text in lines of at most `room` characters; what does not fit into `lines` ends with `…`.
pub(crate) fn wrapped(text: &str, room: usize, lines: usize) -> Vec<String> {
    let mut told: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match told.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => told.push(word.to_owned()),
        }
    }
    let is_cut = told.len() > lines;
    told.truncate(lines);
    let last = told.len().saturating_sub(1);
    for (at, line) in told.iter_mut().enumerate() {
        if line.chars().count() > room || (is_cut && at == last) {
            let kept: String = line.chars().take(room.saturating_sub(1)).collect();
            *line = format!("{}…", kept.trim_end());
        }
    }
    told
}

/// The ring around a spot: how many of its customers the journey ends for, clockwise from the top.
fn exit_ring(spot: &Spot, x: f64, y: f64) -> Markup {
    let share = spot.exits.clamp(0.0, 1.0);
    let reach = radius(spot) + 3.5;
    let angle = std::f64::consts::TAU * share.min(0.9999);
    let (end_x, end_y) = (reach.mul_add(angle.sin(), x), reach.mul_add(-angle.cos(), y));
    let large = u8::from(share > 0.5);
    html! {
        @if share >= 0.005 {
            path.exit d=(format!("M{x:.1} {:.1}A{reach:.1} {reach:.1} 0 {large} 1 {end_x:.1} {end_y:.1}", y - reach)) {}
        }
    }
}

/// One arrow with its link: from wherever `line` begins to `tip`, where it comes from the direction of `from`. `line` draws
/// up to the point given, the foot of the arrow's head.
fn arrow(way: &Way, from: (f64, f64), tip: (f64, f64), line: impl Fn((f64, f64)) -> String) -> Markup {
    let breadth = breadth(way);
    let size = 5.0 + breadth * 0.9;
    let (dx, dy) = (tip.0 - from.0, tip.1 - from.1);
    let length = dx.hypot(dy).max(0.01);
    let (ux, uy) = (dx / length, dy / length);
    let foot = (tip.0 - ux * size, tip.1 - uy * size);
    let half = size * 0.55;
    let head = format!(
        "M{:.1} {:.1}L{:.1} {:.1}L{:.1} {:.1}Z",
        tip.0,
        tip.1,
        foot.0 - uy * half,
        foot.1 + ux * half,
        foot.0 + uy * half,
        foot.1 - ux * half
    );
    let path = line((foot.0 + ux, foot.1 + uy));
    html! {
        a.link.waits[way.waits] href=(way.link) aria-label=(way.spoken) data-share=[way.share] {
            title { (way.spoken) }
            path.reach d=(path) {}
            g.(format!("w{}", way.shade.min(4))) {
                path.way.(way.tone.class()) d=(path) stroke-width=(format!("{breadth:.1}")) {}
                path.tip.(way.tone.class()) d=(head) {}
            }
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A map of so many lanes and stages with a spot in every cell and a way from each to the next and back.
    pub(crate) fn map(lanes: usize, stages: usize) -> Map {
        let spot = |at: usize| Spot {
            name: format!("A rather long touchpoint name {at}"),
            lane: at % lanes,
            stage: at / lanes,
            size: at as f64 / (lanes * stages) as f64,
            tone: Tone::Harm,
            shade: (at % 6) as u8,
            exits: 0.3,
            said: "1,234".into(),
            spoken: format!("<spot {at}>"),
            link: format!("/customers?walk=touchpoint&at={at}"),
        };
        let count = lanes * stages;
        let way = |from: usize, to: usize| Way {
            from,
            to,
            width: 0.5,
            tone: Tone::Across,
            shade: 2,
            spoken: format!("{from} to {to}"),
            link: format!("/customers?walk=edge&at={from}&to={to}"),
            share: Some(40),
            waits: false,
        };
        Map {
            heading: "Map".into(),
            lanes: (0..lanes).map(|at| format!("Lane {at}")).collect(),
            stages: (0..stages).map(|at| format!("Stage {at}")).collect(),
            spots: (0..count).map(spot).collect(),
            ways: (0..count)
                .flat_map(|at| [way(at, (at + 1) % count), way((at + 1) % count, at), way(at, at)])
                .collect(),
        }
    }

    #[test]
    fn every_spot_and_way_is_a_link_in_both_layouts() {
        let map = map(3, 4);
        let told = map.picture().into_string();
        assert_eq!(told.matches("<svg").count(), 2);
        assert_eq!(told.matches("<a ").count(), 2 * (map.spots.len() + map.ways.len()));
        assert!(told.contains("&lt;spot 3&gt;") && !told.contains("NaN"), "{told}");
    }

    #[test]
    fn where_a_spot_stands_does_not_depend_on_its_figures() {
        let place = |map: &Map| {
            let told = lanes::draw(map).into_string();
            told.split("<text class=\"name\"")
                .skip(1)
                .map(|text| text.split('>').next().unwrap_or("").to_owned())
                .collect::<Vec<_>>()
        };
        let before = map(3, 3);
        let mut after = before.clone();
        after.ways.clear();
        after.spots.iter_mut().for_each(|spot| (spot.size, spot.exits) = (0.1, 0.9));
        assert_eq!(place(&before), place(&after));
    }

    #[test]
    fn long_names_are_wrapped_and_cut() {
        assert_eq!(wrapped("Looking at products", 12, 2), ["Looking at", "products"]);
        assert_eq!(wrapped("one two three four five", 8, 2), ["one two", "three…"]);
        assert_eq!(wrapped("Donaudampfschiff", 8, 1), ["Donauda…"]);
        assert_eq!(wrapped("", 8, 2), [""; 0]);
    }

    #[test]
    fn an_empty_map_is_drawn_without_failing() {
        assert!(Map::default().picture().into_string().contains("<svg"));
    }
}
