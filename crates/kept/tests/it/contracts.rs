//! Contracts from files to statements: every rule in which the presets differ, as worked out in the ledger's own tests,
//! told by rows of a silo.

use crate::support::Home;
use std::collections::BTreeMap;
use std::fmt::Write as _;

const COMPANY: &str = r#"
[company]
name = "Club"
currency = "EUR"
as_of = "2025-12-31"
[ledger]
value = "monthly"
[[split]]
id = "rule"
record = "city"
[[department]]
id = "finance"
name = "Finance"
[[rate]]
currency = "USD"
from = "2025-01-01"
rate = 0.5
[[rate]]
currency = "USD"
from = "2025-02-20"
rate = 0.6
[[rate]]
currency = "USD"
from = "2025-04-02"
rate = 0.4
[[silo]]
id = "billing"
name = "Billing"
owner = "finance"
"#;

/// A plain table of contract changes in a silo's own words.
const CHANGES: &str = r#"
[[silo.feed]]
id = "changes"
files = "changes.csv"
columns = { record = "who", city = "rule", at = "day", clause = "state", value_minor = "cents", reference = "sub", currency = "cur" }
clauses = { trialing = "trial", active = "price", canceled = "cancelled", dunning = "past_due", delinquent = "unpaid", "on hold" = "paused", "refunded" = "refund", "percent off" = "coupon", "percent off for good" = "lasting_coupon" }
"#;

fn home(policy: &str, feed: &str, file: &str, content: &str) -> Home {
    let home = Home::new();
    let stream = format!("[[stream]]\nid = \"club\"\nregime = \"contractual\"\n[stream.policy]\n{policy}\n");
    home.write("kept.toml", format!("{COMPANY}{feed}{stream}"));
    home.write(&format!("data/{file}"), content);
    home.run(&["check"]);
    home.run(&["import"]);
    home.run(&["refresh"]);
    home
}

/// Day, state, cents, subscription, currency.
type Row = (&'static str, &'static str, &'static str, &'static str, &'static str);
/// Month, figure, cents.
type Moved = (&'static str, &'static str, i64);

/// One rule: what was said, and what each preset books of it.
struct Example {
    rule: &'static str,
    rows: &'static [Row],
    chartmogul: &'static [Moved],
    stripe: &'static [Moved],
    profitwell: &'static [Moved],
}

const GAINED: Moved = ("2025-01", "gained", 1000);
const LEFT_AND_CAME_BACK: &[Moved] = &[GAINED, ("2025-03", "lost", 1000), ("2025-05", "won_back", 1000)];
const LOST_IN_MARCH: &[Moved] = &[GAINED, ("2025-03", "lost", 1000)];
const STARTED: Row = ("2025-01-01", "active", "1000", "s1", "");

const EXAMPLES: &[Example] = &[
    Example {
        rule: "trial",
        rows: &[("2025-01-01", "trialing", "1000", "s1", ""), ("2025-02-15", "resumed", "", "s1", "")],
        chartmogul: &[("2025-02", "gained", 1000)],
        stripe: &[("2025-02", "gained", 1000)],
        profitwell: &[("2025-02", "gained", 1000)],
    },
    Example {
        rule: "pause",
        rows: &[STARTED, ("2025-03-01", "On Hold", "", "s1", ""), ("2025-05-01", "resumed", "", "s1", "")],
        chartmogul: &[GAINED],
        stripe: LEFT_AND_CAME_BACK,
        profitwell: LEFT_AND_CAME_BACK,
    },
    Example {
        rule: "past due",
        rows: &[
            STARTED,
            ("2025-03-01", "dunning", "", "s1", ""),
            ("2025-03-08", "dunning", "", "s1", ""),
            ("2025-05-10", "resumed", "", "s1", ""),
        ],
        chartmogul: &[GAINED],
        stripe: &[GAINED],
        profitwell: LEFT_AND_CAME_BACK,
    },
    Example {
        rule: "unpaid",
        rows: &[
            STARTED,
            ("2025-03-01", "dunning", "", "s1", ""),
            ("2025-03-10", "delinquent", "", "s1", ""),
            ("2025-06-01", "ended", "", "s1", ""),
        ],
        chartmogul: &[GAINED, ("2025-06", "lost", 1000)],
        stripe: LOST_IN_MARCH,
        profitwell: LOST_IN_MARCH,
    },
    Example {
        rule: "free",
        rows: &[STARTED, ("2025-03-01", "free", "", "s1", "")],
        chartmogul: &[GAINED, ("2025-03", "contracted", 1000)],
        stripe: LOST_IN_MARCH,
        profitwell: LOST_IN_MARCH,
    },
    Example {
        rule: "never paid",
        rows: &[("2025-01-01", "free", "", "s1", "")],
        chartmogul: &[],
        stripe: &[],
        profitwell: &[],
    },
    Example {
        rule: "coupon",
        rows: &[
            STARTED,
            ("2025-02-01", "percent off", "500", "s1", ""),
            ("2025-05-01", "percent off", "0", "s1", ""),
            ("2025-06-01", "percent off for good", "200", "s1", ""),
        ],
        chartmogul: &[
            GAINED,
            ("2025-02", "contracted", 500),
            ("2025-05", "expanded", 500),
            ("2025-06", "contracted", 200),
        ],
        stripe: &[GAINED, ("2025-06", "contracted", 200)],
        profitwell: &[
            GAINED,
            ("2025-02", "contracted", 500),
            ("2025-05", "expanded", 500),
            ("2025-06", "contracted", 200),
        ],
    },
    Example {
        rule: "cancellation",
        rows: &[STARTED, ("2025-06-28", "canceled", "", "s1", ""), ("2025-07-15", "ended", "", "s1", "")],
        chartmogul: &[GAINED, ("2025-07", "lost", 1000)],
        stripe: &[GAINED, ("2025-06", "lost", 1000)],
        profitwell: &[GAINED, ("2025-07", "lost", 1000)],
    },
    Example {
        rule: "exchange rates",
        rows: &[
            ("2025-01-10", "active", "1000", "s1", "usd"),
            ("2025-03-10", "active", "1100", "s1", "usd"),
            ("2025-05-05", "ended", "", "s1", "usd"),
        ],
        chartmogul: &[
            ("2025-01", "gained", 500),
            ("2025-02", "fx", 100),
            ("2025-03", "expanded", 60),
            ("2025-04", "fx", -220),
            ("2025-05", "lost", 440),
        ],
        stripe: &[
            ("2025-01", "gained", 500),
            ("2025-02", "fx", 100),
            ("2025-03", "expanded", 60),
            ("2025-04", "fx", -220),
            ("2025-05", "lost", 440),
        ],
        profitwell: &[("2025-01", "gained", 500), ("2025-03", "expanded", 160), ("2025-05", "lost", 660)],
    },
    Example {
        rule: "several",
        rows: &[
            STARTED,
            ("2025-02-01", "active", "60", "s2", ""),
            ("2025-03-01", "ended", "", "s2", ""),
            ("2025-04-01", "active", "0", "s1", ""),
        ],
        chartmogul: SEVERAL,
        stripe: SEVERAL,
        profitwell: SEVERAL,
    },
    Example {
        rule: "plan change",
        rows: &[STARTED, ("2025-03-01", "ended", "", "s1", ""), ("2025-03-01", "active", "1500", "s2", "")],
        chartmogul: &[GAINED, ("2025-03", "expanded", 500)],
        stripe: &[GAINED, ("2025-03", "expanded", 500)],
        profitwell: &[GAINED, ("2025-03", "expanded", 500)],
    },
    Example {
        rule: "refund",
        rows: &[STARTED, ("2025-03-01", "refunded", "1000", "s1", "")],
        chartmogul: &[GAINED],
        stripe: &[GAINED],
        profitwell: &[GAINED],
    },
];

const SEVERAL: &[Moved] =
    &[GAINED, ("2025-02", "expanded", 60), ("2025-03", "contracted", 60), ("2025-04", "lost", 1000)];

fn csv(examples: &[(&str, &[Row])]) -> String {
    let mut csv = "who,rule,day,state,cents,sub,cur\n".to_owned();
    for (rule, rows) in examples {
        for (day, state, cents, sub, currency) in *rows {
            writeln!(csv, "customer of {rule},{rule},{day},{state},{cents},{rule} {sub},{currency}")
                .expect("text");
        }
    }
    csv
}

const MOVEMENTS: [&str; 6] = ["gained", "won_back", "expanded", "contracted", "fx", "lost"];

/// What moved in the months of a segment (empty: of all), and that each month opens as the one before closed and adds up.
fn moved(home: &Home, segment: &str) -> Vec<(String, String, i64)> {
    let of_segment = ["--segment".to_owned(), format!("rule={segment}")];
    let mut args = vec!["statement", "--by", "month"];
    args.extend(of_segment.iter().filter(|_| !segment.is_empty()).map(String::as_str));
    let told = home.json(&args);
    let (mut moved, mut closing) = (Vec::new(), 0);
    for line in told["lines"].as_array().expect("lines") {
        let month = line["period"].as_str().expect("month");
        let minor = |name: &str| line[format!("{name}_minor")].as_i64().expect("a number");
        let of: BTreeMap<&str, i64> = MOVEMENTS.iter().map(|name| (*name, minor(name))).collect();
        assert_eq!(minor("opening"), closing, "{segment} {month}");
        closing += of["gained"] + of["won_back"] + of["expanded"] - of["contracted"] + of["fx"] - of["lost"];
        assert_eq!(minor("closing"), closing, "{segment} {month}");
        let nonzero = MOVEMENTS.iter().filter(|name| of[**name] != 0);
        moved.extend(nonzero.map(|name| (month.to_owned(), (*name).to_owned(), of[name])));
    }
    moved
}

#[track_caller]
fn check(home: &Home, rule: &str, expected: &[Moved]) {
    let expected: Vec<_> = expected
        .iter()
        .map(|(month, figure, minor)| ((*month).to_owned(), (*figure).to_owned(), *minor))
        .collect();
    assert_eq!(moved(home, rule), expected, "{rule}");
}

fn by_preset(preset: &str, expected: impl Fn(&Example) -> &'static [Moved]) {
    let rows: Vec<_> = EXAMPLES.iter().map(|example| (example.rule, example.rows)).collect();
    let home = home(&format!("preset = \"{preset}\""), CHANGES, "changes.csv", &csv(&rows));
    assert_eq!(home.sql("select count(*) from rejects"), [["0"]]);
    for example in EXAMPLES {
        check(&home, example.rule, expected(example));
    }
}

#[test]
fn a_table_of_contract_changes_is_booked_as_chartmogul_does() {
    by_preset("chartmogul", |example| example.chartmogul);
}

#[test]
fn a_table_of_contract_changes_is_booked_as_stripe_does() {
    by_preset("stripe", |example| example.stripe);
}

#[test]
fn a_table_of_contract_changes_is_booked_as_profitwell_does() {
    by_preset("profitwell", |example| example.profitwell);
}

#[test]
fn settings_that_depart_from_a_preset_reach_the_books_and_so_do_refunds_with_their_reference() {
    let refund: &[Row] = &[STARTED, ("2025-03-01", "refunded", "1000", "s1", "")];
    let part: &[Row] = &[STARTED, ("2025-03-01", "refunded", "999", "s1", "")];
    // A dollar is worth less when it is given back than when it was paid.
    let foreign: &[Row] =
        &[("2025-03-10", "active", "1000", "s1", "usd"), ("2025-05-10", "refunded", "1000", "s1", "usd")];
    let after_five: &[Row] =
        &[STARTED, ("2025-03-01", "ended", "", "s1", ""), ("2025-03-06", "active", "1500", "s2", "")];
    let rows = [("whole", refund), ("part", part), ("foreign", foreign), ("plan", after_five)];
    let policy = "preset = \"kept\"\nrefund = \"ends\"\nplan_change_days = 5";
    let home = home(policy, CHANGES, "changes.csv", &csv(&rows));
    check(&home, "whole", LOST_IN_MARCH);
    check(&home, "part", &[GAINED]);
    check(&home, "foreign", &[("2025-03", "gained", 600), ("2025-05", "lost", 600)]);
    check(&home, "plan", &[GAINED, ("2025-03", "expanded", 500)]);
    let told = home.sql(
        "select t.kind, t.clause, t.currency, t.value_minor, t.original_minor from timeline t \
         join customer_segments c on c.customer = t.customer where c.segment = 'rule=foreign' order by t.seq",
    );
    assert_eq!(told, [["3", "0", "1", "600", "1000"], ["2", "0", "0", "400", "–"]]);
}

/// `ChartMogul`'s export of activities: what each subscription is worth a month from then on.
const ACTIVITIES: &str = r#"
[[silo.feed]]
id = "activities"
files = "activities.csv"
columns = { record = "customer-external-id", city = "currency", at = "date", clause = "type", value_minor = "activity-mrr", currency = "currency", reference = "subscription-external-id" }
clauses = { new_biz = "price", expansion = "price", contraction = "price", reactivation = "price", churn = "ended" }
"#;

#[test]
fn the_published_churn_check_comes_out_of_an_export_of_activities() {
    let export = "description,activity-mrr,activity-mrr-movement,date,type,currency,subscription-external-id,customer-external-id\n\
        ,10,10,2025-01-01T00:00:00Z,new_biz,EUR,s0,c0\n\
        ,0,-10,2025-07-04T00:00:00Z,churn,EUR,s0,c0\n\
        ,40,40,2025-01-01T00:00:00Z,new_biz,EUR,s1,c1\n\
        ,30,-10,2025-07-09T00:00:00Z,contraction,EUR,s1,c1\n\
        ,50,50,2025-01-01T00:00:00Z,new_biz,EUR,s2,c2\n\
        ,54,4,2025-07-20T00:00:00Z,expansion,EUR,s2,c2\n\
        ,20,20,2025-01-01T00:00:00Z,new_biz,EUR,s3,c3\n\
        ,0,-20,2025-03-01T00:00:00Z,churn,EUR,s3,c3\n\
        ,6,6,2025-07-11T00:00:00Z,reactivation,EUR,s3,c3\n";
    let home = home("preset = \"chartmogul\"", ACTIVITIES, "activities.csv", export);
    let lines = home.statement("month");
    let july = lines.iter().find(|line| line["period"] == "2025-07").expect("July");
    let minor = |name: &str| july[format!("{name}_minor")].as_i64().expect("a number");
    let told = ["opening", "lost", "contracted", "expanded", "won_back", "fx", "closing"].map(minor);
    assert_eq!(told, [100, 10, 10, 4, 6, 0, 90]);
    let rate = |name: &str| july["rates"][name].as_f64().expect("a rate");
    let (gross, net) = (rate("gross_revenue_churn"), rate("net_revenue_churn"));
    assert!((gross - 0.20).abs() < 1e-12 && (net - 0.10).abs() < 1e-12, "{gross} {net}");
}

/// One row a subscription, with all its dates.
const WHOLE: &str = r#"
[[silo.feed]]
id = "subscriptions"
files = "subscriptions.csv"
columns = { record = "who", city = "who", at = "start", value = "price", interval = "per", quantity = "seats", discount = "off", trial_until = "trial", cancelled_at = "asked", ended_at = "over", reference = "sub" }
constants = { kind = "subscription" }
"#;

#[test]
fn a_row_for_each_subscription_tells_its_whole_life() {
    let export = "who,start,price,per,seats,off,trial,asked,over,sub\n\
        tried,2025-01-01,120.00,year,3,,2025-02-01,2025-05-20,2025-06-10,s1\n\
        left in trial,2025-01-01,120.00,year,1,,2025-02-01,2025-01-20,2025-01-31,s2\n\
        reduced,2025-01-01,90.00,3 months,1,50%,,,,s3\n";
    let home = home("preset = \"stripe\"", WHOLE, "subscriptions.csv", export);
    check(&home, "tried", &[("2025-02", "gained", 3000), ("2025-05", "lost", 3000)]);
    check(&home, "left in trial", &[]);
    check(&home, "reduced", &[("2025-01", "gained", 1500)]);
}

const STRIPE: &str = "[[silo.feed]]\nid = \"subscriptions\"\nfiles = \"subscriptions.csv\"\npreset = \"stripe-subscriptions\"\n";

#[test]
fn stripes_own_export_is_booked_by_its_statuses_and_dates() {
    let export = "id,Customer ID,Plan,Quantity,Currency,Interval,Amount,Status,Created (UTC),Current Period Start (UTC),Trial End (UTC),Canceled At (UTC),Ended At (UTC)\n\
        s1,c1,club,1,eur,month,10.00,active,2025-01-01,2025-12-01,2025-02-01,,\n\
        s2,c2,club,1,usd,month,10.00,active,2025-01-10,2025-12-10,,,\n\
        s3,c3,club,1,eur,month,10.00,unpaid,2025-01-01,2025-06-01,,,\n\
        s4,c4,club,1,eur,month,10.00,past_due,2025-01-01,2025-12-01,,,\n\
        s5,c5,club,1,eur,year,120.00,canceled,2025-01-01,2025-01-01,,2025-05-20,2025-08-01\n";
    let statement = |policy: &str| moved(&home(policy, STRIPE, "subscriptions.csv", export), "");
    let name = |moved: &[Moved]| -> Vec<(String, String, i64)> {
        moved
            .iter()
            .map(|(month, figure, minor)| ((*month).to_owned(), (*figure).to_owned(), *minor))
            .collect()
    };
    let stripe = name(&[
        ("2025-01", "gained", 3500),
        ("2025-02", "gained", 1000),
        ("2025-02", "fx", 100),
        ("2025-04", "fx", -200),
        ("2025-05", "lost", 1000),
        ("2025-06", "lost", 1000),
    ]);
    assert_eq!(statement("preset = \"stripe\""), stripe);
    let profitwell = name(&[
        ("2025-01", "gained", 3500),
        ("2025-02", "gained", 1000),
        ("2025-06", "lost", 1000),
        ("2025-08", "lost", 1000),
        ("2025-12", "lost", 1000),
    ]);
    assert_eq!(statement("preset = \"profitwell\""), profitwell);
}

#[test]
fn a_word_that_nobody_knows_is_set_aside_with_its_line_and_cure() {
    let content = csv(&[("known", &[STARTED]), ("odd", &[("2025-02-01", "zombie", "", "s1", "")])]);
    let feed = format!("{CHANGES}[intake]\nmax_reject_share = 0.5\n");
    let home = home("preset = \"stripe\"", &feed, "changes.csv", &content);
    assert_eq!(
        home.sql("select file, line, \"column\", reason from rejects"),
        [[
            "changes.csv",
            "3",
            "state",
            "`zombie` says nothing that Kept knows; tell what it says: clauses = { \"zombie\" = \"past_due\" }"
        ]]
    );
}

#[test]
fn contracts_are_valued_and_lost_by_what_the_policies_count() {
    let paused: &[Row] = &[STARTED, ("2025-03-01", "on hold", "", "s1", "")];
    let runs: &[Row] = &[STARTED, ("2025-03-01", "percent off for good", "300", "s1", "")];
    let rows = [("paused", paused), ("runs", runs)];
    let home = home("preset = \"stripe\"", CHANGES, "changes.csv", &csv(&rows));
    check(&home, "runs", &[GAINED, ("2025-03", "contracted", 300)]);
    let losses = home.sql("select count(*), sum(value_minor) from loss_reasons");
    assert_eq!(losses, [["1", "1000"]]);
}
