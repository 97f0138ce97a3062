//! The narrow layout: touchpoints below each other in the order of stages, ways as arcs beside them (Wattenberg, "Arc
//! Diagrams", 2002).

use super::{Map, Spot, Way, arrow, exit_ring, radius, wrapped};
use crate::scale::px;
use maud::{Markup, html};

const WIDTH: f64 = 358.0;
/// Where the spots stand; arcs to the left, names to the right.
const AXIS: f64 = 116.0;
const ROW: f64 = 42.0;
const HEADING: f64 = 26.0;
const NAMES: f64 = AXIS + 26.0;
/// Letters of a name that fit into its line.
const ROOM: usize = 31;
/// Letters of a lane's name that fit before a spot's number.
const LANE_ROOM: usize = 15;

/// The picture.
pub(super) fn draw(map: &Map) -> Markup {
    let mut order: Vec<usize> = (0..map.spots.len()).collect();
    order.sort_by_key(|at| (map.spots[*at].stage, map.spots[*at].lane, *at));
    let mut middle = vec![0.0; map.spots.len()];
    let mut headings: Vec<(f64, usize)> = Vec::new();
    let mut y = 0.0;
    for at in order {
        let stage = map.spots[at].stage;
        if headings.last().is_none_or(|(_, last)| *last != stage) {
            headings.push((y + 18.0, stage));
            y += HEADING;
        }
        middle[at] = y + ROW / 2.0;
        y += ROW;
    }
    let stage =
        |at: usize| map.stages.get(at).map(String::as_str).filter(|name| !name.is_empty()).unwrap_or("Other");
    html! {
        svg.chart.map.narrow viewBox=(format!("0 0 {WIDTH} {}", px(y + 4.0))) role="group" aria-label=(map.heading) {
            @for (y, at) in &headings {
                text.lane-name x=(NAMES) y=(px(*y)) { (stage(*at)) }
                line.grid x1=(NAMES) x2=(WIDTH) y1=(px(y + 5.0)) y2=(px(y + 5.0)) {}
            }
            @for way in &map.ways { (arc(map, &middle, way)) }
            @for (spot, y) in map.spots.iter().zip(&middle) { (drawn(map, spot, *y)) }
        }
    }
}

fn drawn(map: &Map, spot: &Spot, y: f64) -> Markup {
    let lane = map.lanes.get(spot.lane).map_or("", String::as_str);
    html! {
        a.link.node href=(spot.link) aria-label=(spot.spoken) {
            title { (spot.spoken) }
            rect.hit x=(NAMES - 6.0) y=(px(y - ROW / 2.0 + 1.0)) width=(WIDTH - NAMES + 6.0) height=(px(ROW - 2.0)) {}
            circle.spot.(spot.tone.class()).(format!("s{}", spot.shade.min(5))) cx=(AXIS) cy=(px(y)) r=(px(radius(spot))) {}
            (exit_ring(spot, AXIS, y))
            text.name x=(NAMES) y=(px(y - 2.0)) { (wrapped(&spot.name, ROOM, 1).concat()) }
            text.said x=(NAMES) y=(px(y + 13.0)) { (wrapped(lane, LANE_ROOM, 1).concat()) }
            text.said x=(WIDTH) y=(px(y + 13.0)) text-anchor="end" { (spot.said) }
        }
    }
}

/// A way as an arc to the left, the wider the farther.
fn arc(map: &Map, middle: &[f64], way: &Way) -> Markup {
    let spots = (map.spots.get(way.from), map.spots.get(way.to));
    let ends = (middle.get(way.from), middle.get(way.to));
    let ((Some(from), Some(to)), (Some(start), Some(end))) = (spots, ends) else { return html! {} };
    let is_loop = way.from == way.to;
    let span = (end - start).abs();
    let bow = if is_loop { 26.0 } else { (18.0 + span * 0.16).min(AXIS - 14.0) * 4.0 / 3.0 };
    // There and back leave and arrive at different heights.
    let apart = if is_loop { 7.0 } else { 3.0 * (end - start).signum() };
    let (start, end) =
        (start + if is_loop { -apart } else { apart }, end + if is_loop { apart } else { -apart });
    let (first, last) = (AXIS - radius(from) - 1.0, AXIS - radius(to) - 5.0);
    let bend = AXIS - radius(from).max(radius(to)) - bow.min(AXIS * 1.12);
    arrow(way, (bend, end), (last, end), |foot| {
        format!("M{first:.1} {start:.1}C{bend:.1} {start:.1} {bend:.1} {end:.1} {:.1} {:.1}", foot.0, foot.1)
    })
}
