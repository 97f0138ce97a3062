//! The demo company's `kept.toml`, the newcomer's model of a config.

use crate::plan::Plan;

/// The commented config file of a demo company.
pub fn config_text(plan: &Plan) -> String {
    include_str!("kept.toml").replace("{until}", &plan.until.to_string())
}
