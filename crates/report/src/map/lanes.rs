//! The wide layout: a lane for each department, a column for each stage; touchpoints of one cell below each other.

use super::{Map, Spot, Way, arrow, exit_ring, radius, wrapped};
use crate::scale::px;
use maud::{Markup, html};

const WIDTH: f64 = 1232.0;
/// Where the columns begin; lane names stand before.
const LEFT: f64 = 104.0;
/// Where the lanes begin; stage names stand above.
const TOP: f64 = 28.0;
/// From the top of a slot to the middle of its spot.
const MIDDLE: f64 = 27.0;
/// From the middle of a spot to the first line of its name.
const NAME: f64 = 31.0;
const LINE: f64 = 13.5;
const LETTER: f64 = 6.5;
/// Below the last line of a slot.
const GAP: f64 = 8.0;

/// Where everything stands.
struct Places {
    columns: Vec<(f64, usize)>,
    column: f64,
    /// Top, height and index of each lane.
    lanes: Vec<(f64, f64, usize)>,
    spots: Vec<Place>,
    height: f64,
}

/// Where a spot stands, and its name in lines.
struct Place {
    x: f64,
    y: f64,
    name: Vec<String>,
}

/// The picture.
pub(super) fn draw(map: &Map) -> Markup {
    let places = places(map);
    html! {
        svg.chart.map.wide viewBox=(format!("0 0 {WIDTH} {}", px(places.height))) role="group" aria-label=(map.heading) {
            (ground(map, &places))
            @for way in &map.ways { (curve(map, &places, way)) }
            @for (spot, place) in map.spots.iter().zip(&places.spots) { (drawn(spot, place)) }
        }
    }
}

fn places(map: &Map) -> Places {
    let (stages, lanes) = (map.used(|spot| spot.stage), map.used(|spot| spot.lane));
    let column = (WIDTH - LEFT) / stages.len().max(1) as f64;
    let columns: Vec<(f64, usize)> =
        stages.iter().enumerate().map(|(at, stage)| (LEFT + column * (at as f64 + 0.5), *stage)).collect();
    let room = ((column - 10.0) / LETTER) as usize;
    let mut places: Vec<Place> =
        map.spots.iter().map(|spot| Place { x: 0.0, y: 0.0, name: wrapped(&spot.name, room, 2) }).collect();
    let mut top = TOP;
    let mut told = Vec::new();
    for lane in lanes {
        let mut height: f64 = 0.0;
        for (x, stage) in &columns {
            let mut y = top;
            let cell = |(_, spot): &(usize, &Spot)| spot.lane == lane && spot.stage == *stage;
            for (at, _) in map.spots.iter().enumerate().filter(cell) {
                let place = &mut places[at];
                (place.x, place.y) = (*x, y + MIDDLE);
                y += MIDDLE + NAME + LINE * place.name.len() as f64 + GAP;
            }
            height = height.max(y - top);
        }
        told.push((top, height, lane));
        top += height;
    }
    Places { columns, column, lanes: told, spots: places, height: top + 4.0 }
}

/// Lanes, columns and their names.
fn ground(map: &Map, places: &Places) -> Markup {
    let end = places.height - 4.0;
    let name = |names: &[String], at: usize| {
        names.get(at).map(String::as_str).filter(|name| !name.is_empty()).unwrap_or("Other").to_owned()
    };
    html! {
        @for (at, (top, height, lane)) in places.lanes.iter().enumerate() {
            @if at % 2 == 0 { rect.band x="0" y=(px(*top)) width=(WIDTH) height=(px(*height)) {} }
            @let lines = wrapped(&name(&map.lanes, *lane), 15, 3);
            @for (line, text) in lines.iter().enumerate() {
                text.lane-name x="8" y=(px(top + MIDDLE + 4.0 + 15.0 * line as f64)) { (text) }
            }
        }
        @for (at, (x, stage)) in places.columns.iter().enumerate() {
            @if at > 0 {
                line.grid x1=(px(x - places.column / 2.0)) x2=(px(x - places.column / 2.0)) y1=(px(TOP)) y2=(px(end)) {}
            }
            text.lane-name x=(px(*x)) y="18" text-anchor="middle" {
                (wrapped(&name(&map.stages, *stage), (places.column / LETTER) as usize, 1).concat())
            }
        }
    }
}

fn drawn(spot: &Spot, place: &Place) -> Markup {
    let (x, y) = (place.x, place.y);
    let under = y + NAME;
    html! {
        a.link.node href=(spot.link) aria-label=(spot.spoken) {
            title { (spot.spoken) }
            circle.spot.(spot.tone.class()).(format!("s{}", spot.shade.min(5))) cx=(px(x)) cy=(px(y)) r=(px(radius(spot))) {}
            (exit_ring(spot, x, y))
            @for (line, text) in place.name.iter().enumerate() {
                text.name x=(px(x)) y=(px(under + LINE * line as f64)) text-anchor="middle" { (text) }
            }
            text.said x=(px(x)) y=(px(under + LINE * place.name.len() as f64)) text-anchor="middle" { (spot.said) }
        }
    }
}

/// A way as a curve that bows to its right, so that there and back do not lie on each other.
fn curve(map: &Map, places: &Places, way: &Way) -> Markup {
    let spots = (map.spots.get(way.from), map.spots.get(way.to));
    let ends = (places.spots.get(way.from), places.spots.get(way.to));
    let ((Some(from), Some(to)), (Some(start), Some(end))) = (spots, ends) else { return html! {} };
    if way.from == way.to {
        return around(way, start, radius(from));
    }
    let (dx, dy) = (end.x - start.x, end.y - start.y);
    let length = dx.hypot(dy).max(1.0);
    // Below each other: far enough round the names between.
    let bow = if dx.abs() < 1.0 { length.mul_add(0.12, 74.0).min(130.0) } else { (length * 0.17).min(64.0) };
    let bend = (
        f64::midpoint(start.x, end.x) - dy / length * bow,
        f64::midpoint(start.y, end.y) + dx / length * bow,
    );
    let rim = |place: &Place, radius: f64| {
        let (dx, dy) = (bend.0 - place.x, bend.1 - place.y);
        let length = dx.hypot(dy).max(1.0);
        (place.x + dx / length * radius, place.y + dy / length * radius)
    };
    let (start, end) = (rim(start, radius(from) + 1.0), rim(end, radius(to) + 5.0));
    arrow(way, bend, end, |foot| {
        format!("M{:.1} {:.1}Q{:.1} {:.1} {:.1} {:.1}", start.0, start.1, bend.0, bend.1, foot.0, foot.1)
    })
}

/// A way from a spot to itself: a loop above it.
fn around(way: &Way, place: &Place, radius: f64) -> Markup {
    let (x, y) = (place.x, place.y - radius * 0.8);
    let out = radius * 0.45 + 3.0;
    let (left, right, top) = (x - out * 2.4, x + out * 2.4, y - 16.0);
    arrow(way, (right, top), (x + out, y), |foot| {
        format!("M{:.1} {y:.1}C{left:.1} {top:.1} {right:.1} {top:.1} {:.1} {:.1}", x - out, foot.0, foot.1)
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::map;
    use super::*;

    #[test]
    fn labels_lie_apart_and_within_the_picture() {
        for (lanes, stages) in [(1, 1), (3, 4), (7, 9), (2, 14)] {
            let mut map = map(lanes, stages);
            let again: Vec<_> = map.spots.iter().filter(|spot| spot.lane == 0).cloned().collect();
            map.spots.extend(again);
            let places = places(&map);
            let boxes: Vec<[f64; 4]> = places
                .spots
                .iter()
                .map(|place| {
                    let letters = place.name.iter().map(|line| line.chars().count()).max().unwrap_or(0);
                    let half = letters as f64 * LETTER / 2.0;
                    let end = place.y + NAME + LINE * place.name.len() as f64;
                    [place.x - half.max(20.0), place.y - 22.0, place.x + half.max(20.0), end + 3.0]
                })
                .collect();
            for (at, a) in boxes.iter().enumerate() {
                assert!(a[0] >= LEFT && a[1] >= TOP && a[2] <= WIDTH && a[3] <= places.height, "{a:?}");
                for b in &boxes[at + 1..] {
                    let apart = a[2] <= b[0] || b[2] <= a[0] || a[3] <= b[1] || b[3] <= a[1];
                    assert!(apart, "{lanes} × {stages}: {a:?} {b:?}");
                }
            }
        }
    }
}
