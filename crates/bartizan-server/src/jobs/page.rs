//! The source that is the address of one report.

use bartizan_store::{Content, Item, Step};

use super::outside::lasting;
use super::round::{Round, Validators, key};
use super::work::WorkFault;

/// Fetches it, and hands it in if it has changed.
pub(super) async fn pull(round: &mut Round<'_>) -> Result<bool, WorkFault> {
    let known: Validators = round.place();
    round.say("fetching", 0, 1);
    let address = round.channel.address.clone();
    let Some(fetched) = round.get(&address, "", Some(&known)).await? else { return Ok(false) };
    if fetched.bytes.is_empty() {
        return Err(lasting("fetch.answer", "the answer is empty"));
    }
    let digest = Content::new(&fetched.bytes).digest().to_owned();
    let page = key("page");
    let before = round.item(&page).await?;
    if before.is_none_or(|(version, _)| version != digest) {
        let item = Item { key: &page, version: &digest, tries: 0 };
        let from = Some((fetched.url.as_str(), fetched.media_type.as_deref()));
        let title = round.channel.title.clone();
        round.submit(&title, &fetched.bytes, from, item).await?;
    }
    let place = Validators::of(&fetched).text();
    round.step(&Step { place: Some(&place), ..Step::default() }).await?;
    Ok(false)
}
