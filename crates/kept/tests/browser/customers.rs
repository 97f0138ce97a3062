//! Customers and the records behind them: found, explained, decided on; and the SQL page.

use crate::pages::{in_browser, scaled, texts, whole};
use fantoccini::Locator;
use serde_json::{Value, json};

#[tokio::test]
async fn a_search_by_name_e_mail_or_id_finds_the_customer() {
    in_browser(|pages| async move {
        pages.open("/customers?period=2026-10&figure=closing").await;
        let row = pages.tell("const r = document.querySelector('tbody tr'); return [r.querySelector('th').textContent, r.querySelector('.mail').textContent, r.querySelector('td.code').textContent]").await;
        let [name, mail, id] = &texts(&row)[..] else { panic!("{row}") };
        for asked in [name, mail, id] {
            pages.open("/customers").await;
            pages.fill("input[name=q]", asked, "form[role=search] button").await;
            assert!(pages.texts("h1").await[0].contains(asked.as_str()));
            assert!(pages.texts("td.code").await.contains(id), "`{asked}` finds {id}");
        }
        pages.browser.find(Locator::LinkText(name)).await.expect("link").click().await.expect("followed");
        assert_eq!(pages.texts("h1").await, [name.as_str()]);
    })
    .await;
}

/// Numbers of the waterfall in both layouts, and of the table behind it.
const WEIGHTS: &str = "const all = s => [...document.querySelectorAll(s)].map(e => e.textContent);
    return [all('svg.weights.wide text.number'), all('svg.weights.narrow text.number'), all('table.evidence tbody td:last-child')]";

#[tokio::test]
async fn the_waterfall_of_weights_shows_the_rows_of_its_table_and_they_add_up() {
    in_browser(|pages| async move {
        let explained = pages.explained().await;
        pages.open(&explained).await;
        assert!(pages.texts("h1").await[0].contains(" are one customer; "), "{explained}");
        let told = pages.tell(WEIGHTS).await;
        let [wide, narrow, table] =
            &told.as_array().expect("three lists").iter().map(texts).collect::<Vec<_>>()[..]
        else {
            panic!("{told}")
        };
        assert!(wide == table && narrow == table && table.len() >= 3, "{told}");
        let tenths: Vec<i64> = table.iter().map(|bits| scaled(bits, 1)).collect();
        let (total, parts) = tenths.split_last().expect("rows");
        assert_eq!(parts.iter().sum::<i64>(), *total, "{explained}: {table:?}");
        assert_eq!(pages.texts("tr.tie.off").await, Vec::<String>::new(), "the weights tie");
    })
    .await;
}

#[tokio::test]
async fn the_review_queue_shows_pairs_to_decide_or_says_that_none_waits() {
    in_browser(|pages| async move {
        pages.open("/data/identity").await;
        let sentence = pages.texts("h1").await.concat();
        let waiting = sentence.split_once("; ").expect("two parts").1;
        let cards = pages.texts("article.waiting").await.len();
        if waiting.starts_with("no ") {
            assert!(cards == 0 && pages.texts(".empty").await.concat().contains("No pair waits"), "{sentence}");
            return;
        }
        let total = usize::try_from(whole(waiting.split('\u{a0}').next().unwrap_or(""))).expect("count");
        assert_eq!(cards, total.min(10), "{sentence}");
        let complete = "return [...document.querySelectorAll('article.waiting')].filter(c => c.querySelectorAll('table.compare tbody tr').length && c.querySelectorAll('button[name=verdict]').length === 2 && c.querySelector('input[name=reason]:required')).length";
        assert_eq!(pages.tell(complete).await, cards, "both sides, both answers, a reason");
    })
    .await;
}

#[tokio::test]
async fn a_decision_is_kept_with_its_reason_and_can_be_undone() {
    in_browser(|pages| async move {
        let explained = pages.explained().await;
        pages.open(&explained).await;
        pages
            .fill("#decide input[name=reason]", "two <b>sisters</b>", "#decide button[value=different]")
            .await;
        assert!(
            pages.texts("[role=status]").await.concat().contains("two customers"),
            "what was done is confirmed"
        );
        pages.open("/data/identity/decisions").await;
        let first = pages.texts("table.decisions tbody tr:first-child").await.concat();
        for part in
            ["Demo user", "Two customers", "two <b>sisters</b>", "In force", "counts from the next refresh"]
        {
            assert!(first.contains(part), "{part}: {first}");
        }
        let undo = "tbody tr:first-child .undo summary";
        pages.browser.find(Locator::Css(undo)).await.expect("undo").click().await.expect("opened");
        pages
            .fill(
                "tbody tr:first-child .undo input[name=reason]",
                "a slip",
                "tbody tr:first-child .undo button",
            )
            .await;
        let lines = pages.texts("table.decisions tbody tr").await;
        assert!(
            lines[0].contains("Undid the decision before") && lines[1].contains("No longer in force"),
            "{lines:?}"
        );
    })
    .await;
}

/// Times of the events in order, departments of events and of lanes, and how much of each there is.
const LIFE: &str = "const days = [...document.querySelectorAll('.day')];
    const all = s => [...document.querySelectorAll(s)];
    return {
        times: days.flatMap(d => [...d.querySelectorAll('time')].map(t => Date.parse(d.querySelector('h3').textContent.replaceAll('\\u00a0', ' ') + ' ' + t.textContent + ' UTC'))),
        departments: [...new Set(all('.event .where').map(w => w.textContent.split(' · ')[0]))].sort(),
        lanes: all('svg.life.wide text.name').map(t => t.textContent).slice(1).sort(),
        marks: all('svg.life.wide a.link').length,
        targets: all('svg.life.wide a.link').filter(a => document.querySelector(a.getAttribute('href'))).length,
        cards: all('.card h3').map(h => h.textContent),
        evidence: all('section').find(s => s.querySelector('h2')?.textContent.startsWith('Why')).querySelectorAll('tbody tr').length,
        headings: all('h2').map(h => h.textContent),
    }";

#[tokio::test]
async fn a_customer_s_page_tells_the_life_in_order_and_why_the_records_are_one() {
    in_browser(|pages| async move {
        let (id, evidence) = pages.met_by_many().await;
        pages.open(&format!("/customers/{id}?events=5000")).await;
        let life = pages.tell(LIFE).await;
        let times: Vec<i64> =
            life["times"].as_array().expect("times").iter().filter_map(Value::as_i64).collect();
        let headings = texts(&life["headings"]);
        let counted = |word: &str| {
            let heading = headings.iter().find(|heading| heading.starts_with(word)).expect("heading");
            usize::try_from(whole(heading)).expect("count")
        };
        assert_eq!(times.len(), counted("Life"));
        assert!(times.is_sorted(), "{times:?}");
        assert!(texts(&life["lanes"]).len() >= 3 && life["lanes"] == life["departments"], "{life}");
        assert_eq!((&life["marks"], &life["targets"]), (&json!(times.len()), &json!(times.len())));
        let cards = texts(&life["cards"]);
        let alike = |card: &String| match card.split_once('·') {
            Some((_, rest)) if rest.contains("that say the same") => whole(rest),
            _ => 1,
        };
        let records: i64 = cards.iter().map(alike).sum();
        assert_eq!(usize::try_from(records).expect("count"), counted("Records"), "{cards:?}");
        assert!(evidence > 0 && life["evidence"] == evidence, "{life}");
    })
    .await;
}

#[tokio::test]
async fn the_sql_page_answers_a_select_and_refuses_a_delete() {
    in_browser(|pages| async move {
        let count = "select count(*) as n from customers";
        let before = pages.ask(count).await;
        assert!(whole(&before[0][0]) >= 400, "{before:?}");
        assert_eq!(pages.ask("select 'a', 1 + 1").await, [["a", "2"]]);
        assert!(pages.ask("delete from customers").await.is_empty());
        let refused = pages.texts("[role=alert]").await.concat();
        assert!(refused.contains("could not be answered"), "{refused}");
        assert_eq!(pages.ask(count).await, before);
    })
    .await;
}
