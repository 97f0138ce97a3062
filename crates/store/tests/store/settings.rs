//! Settings: last word stands, in order of name.

use crate::fixture::{NOW_US, Place, on_both};
use store::{Actor, By, Setting};

on_both!(the_last_value_stands_and_none_takes_it_away);

async fn the_last_value_stands_and_none_takes_it_away(place: Place) {
    let store = place.open().await;
    let by = |at_us| By { actor: Actor::System, at_us };
    assert_eq!(store.setting("b").await.unwrap(), None);
    for (name, value, at_us) in
        [("b", "1", NOW_US), ("a", "", NOW_US), ("B", "x\n☕", NOW_US), ("b", "2", NOW_US + 1)]
    {
        store.set_setting(name, Some(value), by(at_us)).await.unwrap();
    }
    assert_eq!(store.setting("b").await.unwrap().as_deref(), Some("2"));
    let setting = |name: &str, value: &str, changed_at_us| Setting {
        name: name.into(),
        value: value.into(),
        changed_at_us,
    };
    let all = [setting("B", "x\n☕", NOW_US), setting("a", "", NOW_US), setting("b", "2", NOW_US + 1)];
    assert_eq!(store.settings().await.unwrap(), all);
    store.set_setting("b", None, by(NOW_US + 2)).await.unwrap();
    let log = store.audit_rows(4, 10).await.unwrap();
    assert_eq!((log.len(), &*log[0].verb, &*log[0].object, &*log[0].detail), (1, "changed", "setting:b", ""));
    store.close().await;
    assert_eq!(place.open().await.settings().await.unwrap(), all[..2]);
}
