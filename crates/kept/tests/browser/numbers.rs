//! Numbers: charts show what tables show, and every number opens a list of that length.

use crate::pages::{Pages, in_browser, scaled, texts, whole};
use std::collections::BTreeSet;

/// Each block of the statement: table rows as (label, cell), bars of both layouts as (title, number).
const BLOCKS: &str = "return [...document.querySelectorAll('section.pair')][0].querySelectorAll('article').values().map(a => ({
    rows: [...a.querySelectorAll('table.rows tbody tr')].map(r => [r.querySelector('th a').textContent, r.querySelector('td').textContent]),
    bars: ['wide', 'narrow'].map(l => [...a.querySelectorAll('svg.waterfall.' + l + ' a')].map(b => [b.querySelector('title').textContent, b.querySelector('text.number').textContent])),
})).toArray()";

#[tokio::test]
async fn the_waterfall_shows_the_figures_of_its_table_and_they_tie() {
    in_browser(|pages| async move {
        for path in ["/", "/?by=quarter", "/?by=year", "/?by=month&segment=region%3DEast"] {
            pages.open(path).await;
            let blocks = pages.tell(BLOCKS).await;
            let blocks = blocks.as_array().expect("blocks");
            assert_eq!(blocks.len(), 2, "customers and value");
            for (block, (unit, places)) in blocks.iter().zip([("customers", 0), ("EUR", 2)]) {
                let rows: Vec<Vec<String>> =
                    block["rows"].as_array().expect("rows").iter().map(texts).collect();
                let amounts: Vec<i64> = rows.iter().map(|row| scaled(&row[1], places)).collect();
                let (closing, flow) = amounts.split_last().expect("rows");
                assert!(*closing > 0 && flow.len() >= 4, "{path}: {rows:?}");
                assert_eq!(flow.iter().sum::<i64>(), *closing, "{path}: {rows:?}");
                for bars in block["bars"].as_array().expect("layouts") {
                    let bars: Vec<Vec<String>> = bars.as_array().expect("bars").iter().map(texts).collect();
                    assert_eq!(bars.len(), rows.len(), "{path}: a bar for each row");
                    for (bar, row) in bars.iter().zip(&rows) {
                        assert_eq!(bar[0], format!("{}: {} {unit}", row[0], row[1]), "{path}");
                        let step = 10_i64.pow(u32::try_from(places).expect("small"));
                        let off = whole(&bar[1]) * step - scaled(&row[1], places);
                        assert!(off.abs() * 2 <= step, "{path}: {bar:?} is drawn for {row:?}");
                    }
                }
            }
        }
    })
    .await;
}

/// Links of the newest closed period's numbers in customers: figure, number, address.
const NUMBERS: &str = "const [c, v] = document.querySelectorAll('section.pair article');
    const links = [...c.querySelectorAll('tbody td a')].concat([...v.querySelectorAll('tbody th a.muted')]);
    return links.map(a => [new URL(a.href).searchParams.get('figure'), a.textContent, a.href]);";

#[tokio::test]
async fn a_number_opens_the_list_of_exactly_its_customers() {
    in_browser(|pages| async move {
        for path in ["/", "/?by=quarter&segment=region%3DEast"] {
            pages.open(path).await;
            let numbers = pages.tell(NUMBERS).await;
            let mut seen = BTreeSet::new();
            for number in numbers.as_array().expect("numbers").iter().map(texts) {
                let [figure, told, address] = number.as_slice() else { panic!("{number:?}") };
                let expected = usize::try_from(whole(told).abs()).expect("count");
                listed(&pages, address, expected).await;
                seen.insert(figure.clone());
            }
            let figures = ["closing", "contracted", "expanded", "gained", "lost", "opening", "won_back"];
            assert_eq!(seen, figures.map(str::to_owned).into(), "{path}");
        }
    })
    .await;
}

/// The list at an address states its length and, paged through, has it.
async fn listed(pages: &Pages, address: &str, expected: usize) {
    pages.open(address).await;
    let sentence = pages.texts("h1").await.concat();
    let stated =
        if sentence.starts_with("No ") { 0 } else { whole(sentence.split('\u{a0}').next().unwrap_or("")) };
    assert_eq!(usize::try_from(stated).expect("count"), expected, "{address}: {sentence}");
    let mut ids = BTreeSet::new();
    loop {
        let rows = pages.tell("return [...document.querySelectorAll('th.name a')].map(a => a.href)").await;
        ids.extend(texts(&rows));
        let next = pages.tell("return document.querySelector('a[rel=next]')?.href ?? null").await;
        let Some(next) = next.as_str() else { break };
        pages.open(next).await;
    }
    assert_eq!(ids.len(), expected, "{address}");
}

/// Whole numbers of the reasons' tables, with the addresses they lead to.
const LOSSES: &str = "const links = [...document.querySelectorAll('table.rows td.n a')];
    return links.map(a => [a.textContent.split(' ')[0], a.href]).filter(([told]) => /^[0-9,]+$/.test(told));";

#[tokio::test]
async fn a_number_of_the_reasons_opens_a_list_of_that_length() {
    in_browser(|pages| async move {
        for path in ["/reasons", "/reasons?by=all&segment=region%3DEast"] {
            pages.open(path).await;
            let numbers = pages.tell(LOSSES).await;
            let numbers: Vec<_> = numbers.as_array().expect("numbers").iter().map(texts).collect();
            assert!(numbers.len() > 10, "{path}: {numbers:?}");
            for number in &numbers {
                let [told, address] = number.as_slice() else { panic!("{number:?}") };
                pages.open(address).await;
                let sentence = pages.texts("h1").await.concat();
                let shown = pages.texts("nav.pager .range").await.concat();
                let total = shown.rsplit(' ').next().unwrap_or("0").to_owned();
                let stated = sentence.split('\u{a0}').next().unwrap_or("").to_owned();
                let fits = told == "0" && sentence.starts_with("No ") || (&stated, &total) == (told, told);
                assert!(fits, "{told} at {address}: {sentence} {shown}");
            }
        }
    })
    .await;
}
