//! `analysis.json` with its assessment.

#[test]
fn the_published_schema_is_that_of_the_code() {
    let text = include_str!("../../../../docs/schema/analysis-1.json");
    let published: serde_json::Value = serde_json::from_str(text).expect("JSON");
    assert_eq!(published, bartizan_response::wire::schema(), "run cargo xtask schema");
}
