//! Rows of the pages by which somebody gets in, and of their own account.

use bartizan_clearinghouse::access::{Scopes, Verb};

use super::pages::known;
use super::{Need, Row, SIGNED_OUT, case, row};
use crate::world::World;

/// Pages of whoever has not signed in.
pub(super) fn doors() -> Vec<Row> {
    let entered =
        [("name", "A"), ("email", "a@b.c"), ("organisation", "O"), ("password", "p"), ("again", "p")];
    let half = |path: &str| case(path, &[Need::Nothing]).done(SIGNED_OUT);
    let key = [("ceremony", "x"), ("answer", "{}")];
    vec![
        row("GET", "/sign-in", vec![case("/sign-in", &[Need::Nothing])]),
        // Without a name nobody's password is compared.
        row(
            "POST",
            "/sign-in",
            vec![case("/sign-in", &[Need::Nothing]).form(&[("password", "")]).done(&[422])],
        ),
        // Half a sign-in is gone on with by who began one; the others begin anew.
        row("GET", "/sign-in/second", vec![half("/sign-in/second")]),
        row("POST", "/sign-in/second", vec![half("/sign-in/second").form(&[])]),
        row("GET", "/sign-in/enrol", vec![half("/sign-in/enrol")]),
        row("POST", "/sign-in/enrol", vec![half("/sign-in/enrol").form(&[])]),
        row("POST", "/sign-in/second/key", vec![half("/sign-in/second/key").form(&key)]),
        row("GET", "/sign-in/out", vec![case("/sign-in/out", &[Need::Nothing])]),
        // This node has no public address, for which there could be keys, and no provider.
        row("GET", "/sign-in/key", vec![case("/sign-in/key", &[Need::Gone])]),
        row("POST", "/sign-in/key", vec![case("/sign-in/key", &[Need::Gone]).form(&key)]),
        row("GET", "/sign-in/provider", vec![case("/sign-in/provider", &[Need::Gone])]),
        row("GET", "/sign-in/provider/back", vec![case("/sign-in/provider/back", &[Need::Gone])]),
        row("GET", "/sign-in/provider/out", vec![case("/sign-in/provider/out", &[Need::Gone])]),
        // Who signs as nobody who is trusted is told that, whoever they are otherwise.
        row(
            "POST",
            "/relay/v1/messages",
            vec![case("/relay/v1/messages", &[Need::Nothing]).json(serde_json::json!({})).done(&[403])],
        ),
        // The broker knows the credentials of grants and nobody else's.
        row("GET", "/broker/v1/models", vec![case("/broker/v1/models", &[Need::Nothing]).done(&[401])]),
        row(
            "POST",
            "/broker/v1/{*path}",
            vec![
                case("/broker/v1/chat/completions", &[Need::Nothing])
                    .json(serde_json::json!({ "model": "m" }))
                    .done(&[401]),
            ],
        ),
        row("GET", "/first/{token}", vec![case("/first/nothing", &[Need::Gone])]),
        row("POST", "/first/{token}", vec![case("/first/nothing", &[Need::Gone]).form(&entered)]),
        row("GET", "/assets/{name}", vec![case("/assets/nothing.js", &[Need::Gone])]),
    ]
}

/// One's own account.
pub(super) fn account(world: &World) -> Vec<Row> {
    let wrong = [("current", "wrong"), ("password", "correct horse battery"), ("again", "x")];
    let revoked = world.tokens.iter().map(|(number, owner, scopes)| {
        let needs = [Need::Token(Verb::Manage, *owner, *scopes)];
        known(format!("/account/tokens/{number}/revoke"), &needs).form(&[]).done(&[303])
    });
    let factor = |tail: &str| known(format!("/account/second-factor{tail}"), &[]);
    let no_key = |tail: &str| known(format!("/account/second-factor/key{tail}"), &[Need::Gone]);
    let key = [("ceremony", "x"), ("answer", "{}")];
    let own = Need::OwnToken(Verb::Manage, Scopes::ALL);
    vec![
        row("GET", "/account", vec![known("/account", &[])]),
        row("POST", "/account/tokens", vec![known("/account/tokens", &[own]).form(&[]).done(&[422])]),
        row("POST", "/account/tokens/{id}/revoke", revoked.collect()),
        row("POST", "/account/password", vec![known("/account/password", &[]).form(&wrong).done(&[422])]),
        row("GET", "/account/second-factor", vec![factor("")]),
        // Nobody here has a password or a factor: setting one up begins, and no code is right.
        row("POST", "/account/second-factor", vec![factor("").form(&[])]),
        row("POST", "/account/second-factor/confirm", vec![factor("/confirm").form(&[]).done(&[422])]),
        row("POST", "/account/second-factor/recovery", vec![factor("/recovery").form(&[]).done(&[303])]),
        row("POST", "/account/second-factor/end", vec![factor("/end").form(&[]).done(&[303])]),
        row("POST", "/account/second-factor/key", vec![no_key("").form(&[])]),
        row("POST", "/account/second-factor/key/add", vec![no_key("/add").form(&key)]),
        row("POST", "/account/second-factor/key/{id}/remove", vec![no_key("/1/remove").form(&[])]),
        // Last: whoever has signed out sees nothing more.
        row("POST", "/sign-out", vec![known("/sign-out", &[]).form(&[]).done(SIGNED_OUT)]),
    ]
}
