//! Webhooks made and changed.

use bartizan_clearinghouse::access::{Thing, Verb};
use bartizan_clearinghouse::hook;
use bartizan_fetch::{Poster, Rules};
use bartizan_store::{Event, NewWebhook, Webhook};

use super::{Acting, Wrong};
use crate::app::App;

/// Longest address, in bytes.
const LONGEST: usize = 2_000;
/// How long an answer may take.
const TIMEOUT: std::time::Duration = std::time::Duration::from_secs(15);
const REFUSED: &str = "Only a coordinator runs the webhooks of an organisation.";

/// What posting may do: what fetching may, without redirects.
pub(crate) fn rules(fetch: &Rules) -> Rules {
    Rules { timeout: TIMEOUT, redirects: 0, ..fetch.clone() }
}

/// The webhooks of the own organisation.
pub(crate) async fn all(app: &App, acting: &Acting<'_>) -> Result<Vec<Webhook>, Wrong> {
    let (organisation, _) = acting.known()?;
    acting.must(Verb::Manage, &Thing::Library(organisation), REFUSED)?;
    Ok(app.store.webhooks(organisation).await?)
}

/// One of them. Another organisation's is not there.
pub(crate) async fn find(app: &App, acting: &Acting<'_>, uuid: &str) -> Result<Webhook, Wrong> {
    let (organisation, _) = acting.known()?;
    acting.must(Verb::Manage, &Thing::Library(organisation), REFUSED)?;
    let hook = app.store.webhook(uuid).await?;
    hook.filter(|hook| hook.organisation == organisation).ok_or(Wrong::NotThere)
}

/// The same, for who made it: with its secret one could forge what its receiver believes, and it says what its maker reads.
pub(crate) async fn own(app: &App, acting: &Acting<'_>, uuid: &str) -> Result<Webhook, Wrong> {
    let hook = find(app, acting, uuid).await?;
    if acting.principal.person == Some(hook.person) {
        Ok(hook)
    } else {
        Err(Wrong::Forbidden("Only who made a webhook does that."))
    }
}

/// What somebody asks for.
pub(crate) struct Asked<'a> {
    pub(crate) uuid: &'a str,
    pub(crate) label: &'a str,
    pub(crate) url: &'a str,
    /// A collection's UUID or alias; empty: everything they read.
    pub(crate) collection: &'a str,
    pub(crate) events: &'a [Event],
}

/// Makes a webhook; its secret, which is told once.
pub(crate) async fn add(
    app: &App,
    acting: &Acting<'_>,
    asked: &Asked<'_>,
) -> Result<(Webhook, String), Wrong> {
    let (organisation, person) = acting.known()?;
    acting.must(Verb::Manage, &Thing::Library(organisation), REFUSED)?;
    let collection = match asked.collection {
        "" => None,
        address => {
            let entry = acting.collection(address)?;
            acting.must(
                Verb::Read,
                &Thing::Collection(&entry.access),
                "You may not read this collection.",
            )?;
            Some(entry.access.id)
        }
    };
    look(app, asked.url).await?;
    let (secret, sealed) = secret(app, asked.uuid)?;
    let new = NewWebhook {
        uuid: asked.uuid,
        organisation,
        person,
        collection,
        label: asked.label,
        url: asked.url,
        events: asked.events,
        secret: &sealed,
    };
    app.store.add_webhook(&acting.by(), &new).await?;
    let hook = app.store.webhook(asked.uuid).await?.ok_or(Wrong::NotThere)?;
    Ok((hook, secret))
}

/// Gives it another secret, which is told once.
pub(crate) async fn rotate(app: &App, acting: &Acting<'_>, uuid: &str) -> Result<(Webhook, String), Wrong> {
    let hook = own(app, acting, uuid).await?;
    let (secret, sealed) = secret(app, &hook.uuid)?;
    app.store.rotate_webhook(&acting.by(), &hook, &sealed).await?;
    Ok((hook, secret))
}

/// What the secret of a webhook is sealed for.
pub(crate) fn thing(uuid: &str) -> String {
    format!("webhook/{uuid}")
}

/// A new secret, and as it is kept.
fn secret(app: &App, uuid: &str) -> Result<(String, String), Wrong> {
    let mut random = [0; 32];
    app.around.fill(&mut random);
    let secret = hook::secret(random);
    let sealed = app.seal.seal(&*app.around, &thing(uuid), &secret).map_err(|e| {
        tracing::error!(error = %e, "the secret of a webhook cannot be sealed");
        Wrong::Unfit("The node cannot keep secrets now; its log tells why.".into())
    })?;
    Ok((secret, sealed))
}

/// Whether messages may go there. One answer for whatever stands against it: who asks learns nothing of this network.
async fn look(app: &App, url: &str) -> Result<(), Wrong> {
    let good = url.len() <= LONGEST && url.bytes().all(|b| b.is_ascii_graphic());
    let (address, rules) = (url.to_owned(), rules(&app.config.fetch));
    let look = move || good && Poster::new(rules).look(&address).is_ok();
    if tokio::task::spawn_blocking(look).await.unwrap_or(false) {
        return Ok(());
    }
    let text = "That is no address to which messages may go: https, a public host that is there, no credentials, no fragment.";
    Err(Wrong::Unfit(text.into()))
}
