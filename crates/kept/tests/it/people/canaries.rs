//! Words of another department never come back: not in lists, pages, searches, JSON, or as the length of a list.

use super::house::{CARE, House, NOW_US, WEB, everybody};
use hub::Door;
use std::collections::BTreeSet;
use store::policy::{Action, Resource, Scope, allows};
use store::{Actor, By, Grant, NewToken, Sought, Verdict};

/// Every address that is read, with the questions that could draw something out.
async fn addresses(house: &House, cco: &str) -> Vec<String> {
    let list = house.get("/api/v1/customers?limit=100", cco).await.body;
    let list: serde_json::Value = serde_json::from_str(&list).expect("JSON");
    let rows = list["customers"]["rows"].as_array().expect("rows");
    assert_eq!(rows.len(), 4, "both departments know the same customers: {list}");
    let ids: Vec<&str> = rows.iter().map(|row| row["id"].as_str().expect("id")).collect();
    let mut all: Vec<String> = Vec::new();
    for route in hub::routes().iter().filter(|route| route.method == "GET" && route.door != Door::Open) {
        if route.path.contains('{') {
            all.extend(ids.iter().map(|id| route.path.replace("{id}", id)));
        } else {
            all.push(route.path.to_owned());
        }
    }
    // Parts of what the departments know that are not the words themselves: the page repeats what was asked.
    for asked in ["nameof", "zq", "shared1", "web", "care", "street", "phone"] {
        all.push(format!("/customers?q={asked}"));
        all.push(format!("/api/v1/customers?q={asked}"));
    }
    for more in [
        "/customers?period=2024&figure=lost",
        "/customers?lost=all",
        "/customers?lost=stated:other",
        "/customers?bridge=all&period=2024-06",
        "/api/v1/customers?period=2024&figure=gained",
        "/reasons?by=all",
        "/reasons?by=year&period=2024",
        "/api/v1/reasons?by=all",
        "/worth?segment=",
        "/data/sql?sql=select%20*%20from%20records",
        "/data/sql?sql=select%20*%20from%20event_text",
        "/data/identity/explain?a=shop%3Azq&b=desk%3Azq",
    ] {
        all.push(more.to_owned());
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn words_of_another_department_never_come_back() {
    let house = House::open(|| NOW_US).await;
    let cco = house.user("cco-of-the-walk", &[Grant::Cco]).await;
    let cco = house.session(cco, NOW_US).await;
    let addresses = addresses(&house, &cco).await;
    for (name, grants) in everybody() {
        let user = house.user(&name[2..], &grants).await;
        let session = house.session(user, NOW_US).await;
        let by = By { actor: Actor::System, at_us: NOW_US };
        let secret = super::house::ambient(|| 0).secret();
        let (scopes, expires_at_us) = (&[Scope::Figures, Scope::Customers][..], NOW_US + 3_600_000_000);
        let new = NewToken { owner: user, name: "walk", scopes, expires_at_us };
        house.store.add_token(new, &secret, by).await.expect("token");
        let token = format!("authorization: Bearer {}\r\n", secret.text());
        let mut seen = BTreeSet::new();
        for address in &addresses {
            for head in [&session, &token] {
                let answer = house.get(address, head).await;
                assert!(answer.status < 500 && answer.status != 429, "{name} at {address}: {answer:?}");
                for (word, department) in [(WEB, "web"), (CARE, "care")] {
                    if answer.body.contains(word) {
                        seen.insert(word);
                        let may = allows(&grants, Resource::PersonalData, Action::Read, Some(department));
                        assert!(may, "{name} sees {word} at {address}: {}", answer.body);
                    }
                }
            }
        }
        // Who may see is shown, so that the walk above could have found something.
        let expected = match name {
            "3 cco" => vec![CARE, WEB],
            "1 member" | "2 lead" => vec![CARE],
            _ => vec![],
        };
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), expected, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_search_finds_by_what_one_may_see_alone() {
    let house = House::open(|| NOW_US).await;
    let cases = [
        (vec![Grant::Cco], 4, 4),
        (vec![Grant::Member("web".to_owned())], 4, 0),
        (vec![Grant::Member("care".to_owned()), Grant::Reader], 0, 4),
        (vec![Grant::Lead("web".to_owned()), Grant::Member("care".to_owned())], 4, 4),
        (vec![Grant::Reader], 0, 0),
        (vec![Grant::Member("gone".to_owned())], 0, 0),
    ];
    for (at, (grants, web, care)) in cases.into_iter().enumerate() {
        let user = house.user(&format!("u{at}"), &grants).await;
        let session = house.session(user, NOW_US).await;
        for (word, expected) in [(WEB, web), (CARE, care)] {
            let told = house.get(&format!("/api/v1/customers?q={word}"), &session).await;
            let told: serde_json::Value = serde_json::from_str(&told.body).expect("JSON");
            assert_eq!(told["customers"]["total"], expected, "{grants:?} searches {word}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_saw_whom_is_in_the_log_and_the_log_names_nobody() {
    let house = House::open(|| NOW_US).await;
    let member = house.user("member", &[Grant::Member("care".to_owned())]).await;
    let reader = house.user("reader", &[Grant::Reader]).await;
    let cco = house.user("cco", &[Grant::Cco]).await;
    let (as_member, as_reader, as_cco) = (
        house.session(member, NOW_US).await,
        house.session(reader, NOW_US).await,
        house.session(cco, NOW_US).await,
    );
    let list: serde_json::Value =
        serde_json::from_str(&house.get("/api/v1/customers", &as_reader).await.body).expect("JSON");
    let id = list["customers"]["rows"][0]["id"].as_str().expect("id").to_owned();
    house.get(&format!("/customers/{id}"), &as_member).await;
    house.get(&format!("/customers/{id}"), &as_reader).await;
    house.get(&format!("/customers?q={CARE}"), &as_member).await;
    house
        .get(&format!("/data/sql?sql=select%20count(*)%20from%20records%20where%20name='{WEB}'"), &as_cco)
        .await;
    let saw = |actor: String| {
        let store = house.store.clone();
        async move {
            let rows =
                store.audit_sought(Sought { actor: &actor, verb: "saw", ..Sought::default() }, 99).await;
            rows.expect("rows").iter().map(|row| (row.object.clone(), row.detail.clone())).collect::<Vec<_>>()
        }
    };
    let by_member = saw(format!("user:{}", member.0)).await;
    assert_eq!(by_member[1], (format!("customer:{id}"), String::new()));
    assert!(by_member[0].0 == "customers" && by_member[0].1.contains(&id), "{by_member:?}");
    assert_eq!(saw(format!("user:{}", reader.0)).await, [], "a reader is shown nobody's data");
    let by_cco = saw(format!("user:{}", cco.0)).await;
    let asked = "select count(*) from records where name='…'".to_owned();
    assert_eq!(by_cco, [("console".to_owned(), asked)]);
    let all = house.store.audit_rows(0, 1_000).await.expect("rows");
    for row in &all {
        let told = format!("{row:?}").to_lowercase();
        assert!(!told.contains(WEB) && !told.contains(CARE), "{told}");
    }
    assert!(matches!(house.store.verify_audit(None).await.expect("read"), Verdict::Whole(_)));
    let export = house.get("/settings/audit/export?verb=saw", &as_cco).await;
    assert_eq!(export.header("content-type"), Some("text/csv; charset=utf-8"));
    assert_eq!(export.body.matches(&format!("customer:{id}")).count(), 1, "{}", export.body);
}
