//! Keys of browsers: registration and authentication ceremonies of W3C Web Authentication (sections 7.1 and 7.2), done by
//! `webauthn_rp`. Attestation is none: which make a key is decides nothing here.

use bartizan_store::Passkey;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use webauthn_rp::bin::{Decode as _, Encode as _};
use webauthn_rp::request::auth::{
    AllowedCredentials, AuthenticationVerificationOptions, NonDiscoverableCredentialRequestOptions,
};
use webauthn_rp::request::register::{
    PublicKeyCredentialUserEntity, RegistrationVerificationOptions, ResidentKeyRequirement, UserHandle64,
    Username,
};
use webauthn_rp::request::{
    AsciiDomain, Credentials as _, PublicKeyCredentialDescriptor, RpId, UserVerificationRequirement,
};
use webauthn_rp::response::register::{CompressedPubKey, DynamicState, StaticState};
use webauthn_rp::response::{AuthTransports, CredentialId};
use webauthn_rp::{
    AuthenticatedCredential, DiscoverableAuthentication64, DiscoverableAuthenticationServerState,
    DiscoverableCredentialRequestOptions, NonDiscoverableAuthentication64,
    NonDiscoverableAuthenticationServerState, PublicKeyCredentialCreationOptions, Registration,
    RegistrationServerState,
};

use crate::app::App;

/// The longest answer of a browser that is looked at, in bytes.
pub(crate) const LONGEST: usize = 12 << 10;

/// Where keys belong to: a domain, and the one origin of the node's pages.
pub(crate) struct Site {
    rp: RpId,
    origin: String,
}

/// What a browser is asked, and what is kept until it answers.
pub(crate) struct Asked {
    /// Options as JSON.
    pub(crate) options: String,
    /// The ceremony's state.
    pub(crate) state: Vec<u8>,
}

/// A key that was just made.
pub(crate) struct Made {
    pub(crate) credential: String,
    pub(crate) handle: String,
    pub(crate) fixed: Vec<u8>,
    pub(crate) moving: Vec<u8>,
}

impl Site {
    /// The site of the node's public address: HTTPS, or this machine by name. Browsers make no keys for anything else.
    pub(crate) fn new(app: &App) -> Option<Self> {
        let url = url::Url::parse(app.config.public_url.as_ref()?).ok()?;
        let host = url.domain()?.to_owned();
        if url.scheme() != "https" && host != "localhost" {
            return None;
        }
        let origin = url.origin().ascii_serialization();
        Some(Self { rp: RpId::Domain(AsciiDomain::try_from(host).ok()?), origin })
    }

    /// Asks for a new key, none of those there are.
    pub(crate) fn ask_new(&self, name: &str, keys: &[Passkey]) -> Option<Asked> {
        // The same person is the same to an authenticator.
        let known = keys.first().and_then(|key| handle(&key.handle));
        let handle = known.unwrap_or_default();
        let name = Username::try_from(name).or_else(|_| Username::try_from("person")).ok()?;
        let user = PublicKeyCredentialUserEntity { name, id: &handle, display_name: None };
        let there = keys.iter().filter_map(descriptor).collect();
        let mut options = PublicKeyCredentialCreationOptions::second_factor(&self.rp, user, there);
        // Able to stand in for name and password where the authenticator can.
        options.authenticator_selection.resident_key = ResidentKeyRequirement::Preferred;
        options.authenticator_selection.user_verification = UserVerificationRequirement::Preferred;
        let (server, client) = options.start_ceremony().ok()?;
        Some(Asked { options: serde_json::to_string(&client).ok()?, state: server.encode().ok()?.to_vec() })
    }

    /// The new key, if the answer is one to what was asked (section 7.1).
    pub(crate) fn made(&self, state: &[u8], answer: &str) -> Option<Made> {
        let server = RegistrationServerState::<64>::decode(state).ok()?;
        let answer = Registration::from_json_relaxed(answer.as_bytes()).ok()?;
        let origins = [self.origin.as_str()];
        let options = RegistrationVerificationOptions::<&str, &str> {
            allowed_origins: &origins,
            ..RegistrationVerificationOptions::default()
        };
        let verified = server.verify(&self.rp, &answer, &options);
        let verified = verified.inspect_err(|e| tracing::info!(error = %e, "a new key was refused")).ok()?;
        let handle = verified.user_id().as_ref();
        Some(Made {
            credential: URL_SAFE_NO_PAD.encode(verified.id()),
            handle: URL_SAFE_NO_PAD.encode(handle),
            fixed: verified.static_state().encode().ok()?,
            moving: verified.dynamic_state().encode().ok()?.to_vec(),
        })
    }

    /// Asks for one of these keys, as a second factor.
    pub(crate) fn ask_one(&self, keys: &[Passkey]) -> Option<Asked> {
        let mut allowed = AllowedCredentials::with_capacity(keys.len());
        for descriptor in keys.iter().filter_map(descriptor) {
            allowed.push(descriptor.into());
        }
        let options = NonDiscoverableCredentialRequestOptions::second_factor(&self.rp, allowed).ok()?;
        let (server, client) = options.start_ceremony().ok()?;
        Some(Asked { options: serde_json::to_string(&client).ok()?, state: server.encode().ok()? })
    }

    /// The key that answered, and what of it changed (section 7.2).
    pub(crate) fn one<'k>(
        &self,
        state: &[u8],
        answer: &str,
        keys: &'k [Passkey],
    ) -> Option<(&'k Passkey, Vec<u8>)> {
        let server = NonDiscoverableAuthenticationServerState::decode(state).ok()?;
        let answer = NonDiscoverableAuthentication64::from_json_relaxed(answer.as_bytes()).ok()?;
        let id = URL_SAFE_NO_PAD.encode(answer.raw_id());
        let key = keys.iter().find(|key| key.credential == id)?;
        let handle = handle(&key.handle)?;
        let mut kept = kept(key, answer.raw_id(), &handle)?;
        let origins = [self.origin.as_str()];
        let options = AuthenticationVerificationOptions::<&str, &str> {
            allowed_origins: &origins,
            ..AuthenticationVerificationOptions::default()
        };
        let verified = server.verify(&self.rp, &answer, &mut kept, &options);
        verified.inspect_err(|e| tracing::info!(error = %e, "a key was refused")).ok()?;
        Some((key, kept.dynamic_state().encode().ok()?.to_vec()))
    }

    /// Asks for any key that its owner unlocks: name, possession and PIN or finger in one.
    pub(crate) fn ask_any(&self) -> Option<Asked> {
        let options = DiscoverableCredentialRequestOptions::passkey(&self.rp);
        let (server, client) = options.start_ceremony().ok()?;
        Some(Asked { options: serde_json::to_string(&client).ok()?, state: server.encode().ok()?.to_vec() })
    }

    /// The identifier of the key that an answer is of: to look it up before it is believed.
    pub(crate) fn of(answer: &str) -> Option<String> {
        let answer = DiscoverableAuthentication64::from_json_relaxed(answer.as_bytes()).ok()?;
        Some(URL_SAFE_NO_PAD.encode(answer.raw_id()))
    }

    /// What of the key changed, if it answered to what was asked of any.
    pub(crate) fn any(&self, state: &[u8], answer: &str, key: &Passkey) -> Option<Vec<u8>> {
        let server = DiscoverableAuthenticationServerState::decode(state).ok()?;
        let answer = DiscoverableAuthentication64::from_json_relaxed(answer.as_bytes()).ok()?;
        let handle = handle(&key.handle)?;
        if answer.response().user_handle() != &handle {
            return None;
        }
        let mut kept = kept(key, answer.raw_id(), &handle)?;
        let origins = [self.origin.as_str()];
        let options = AuthenticationVerificationOptions::<&str, &str> {
            allowed_origins: &origins,
            ..AuthenticationVerificationOptions::default()
        };
        let verified = server.verify(&self.rp, &answer, &mut kept, &options);
        verified.inspect_err(|e| tracing::info!(error = %e, "a key was refused")).ok()?;
        Some(kept.dynamic_state().encode().ok()?.to_vec())
    }
}

type Key = CompressedPubKey<[u8; 32], [u8; 32], [u8; 48], Vec<u8>>;

fn kept<'a, 'b>(
    key: &Passkey,
    id: CredentialId<&'a [u8]>,
    handle: &'b UserHandle64,
) -> Option<AuthenticatedCredential<'a, 'b, 64, Key>> {
    let fixed = StaticState::<Key>::decode(&key.fixed).ok()?;
    let moving = DynamicState::decode(key.moving.as_slice().try_into().ok()?).ok()?;
    AuthenticatedCredential::new(id, handle, fixed, moving).ok()
}

fn handle(text: &str) -> Option<UserHandle64> {
    UserHandle64::decode(URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?).ok()
}

fn descriptor(key: &Passkey) -> Option<PublicKeyCredentialDescriptor<Vec<u8>>> {
    let id = CredentialId::decode(URL_SAFE_NO_PAD.decode(&key.credential).ok()?).ok()?;
    Some(PublicKeyCredentialDescriptor { id, transports: AuthTransports::decode(0).ok()? })
}
