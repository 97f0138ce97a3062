//! `/data/definitions`: what each number means, with the company's own settings; numbers lead to `#def-ID`.

use crate::Hub;
use crate::error::Failure;
use crate::layout::{self, Frame};
use maud::{Markup, html};
use model::definitions::Definition;
use report::number;

pub(crate) async fn get(hub: Hub) -> Result<Markup, Failure> {
    let frame = hub.frame(hub.reader.edition().await?);
    Ok(page(&frame, &hub.reader.definitions()))
}

/// The page.
pub fn page(frame: &Frame, definitions: &[Definition]) -> Markup {
    let content = html! {
        @if definitions.is_empty() { (layout::empty("No definition is known.", "kept check")) }
        dl.definitions {
            @for definition in definitions {
                div id=(format!("def-{}", definition.id)) {
                    dt { a href=(format!("#def-{}", definition.id)) { (definition.title) } span.muted { " version " (definition.version) } }
                    dd { (super::marked(&definition.text)) }
                }
            }
        }
    };
    let sentence = format!(
        "Every number shown is one of {}; the settings in them are yours, from kept.toml.",
        number::counted(definitions.len(), "definition", "definitions")
    );
    super::page(frame, "/data/definitions", &sentence, &content)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn every_definition_a_page_links_to_is_there() {
        let config = model::Config::parse("[company]\nname = \"A\"\ncurrency = \"EUR\"\n").expect("config");
        let told = page(&samples::frame(), &model::definitions::definitions(&config)).into_string();
        samples::assert_safe(&told);
        for id in [
            "active",
            "gained",
            "won_back",
            "lost",
            "expanded",
            "contracted",
            "balance",
            "growth",
            "churn",
            "value",
            "entry_value",
            "cohort",
            "survival",
            "median_life",
            "log_rank",
            "loss_ratio",
            "still_buying",
            "customer_equity",
            "contract_equity",
            "fading",
        ] {
            assert!(told.contains(&format!("id=\"def-{id}\"")), "{id}");
        }
    }
}
