//! Who may call an endpoint, and the rate limit that counts the call.

use super::tag::Tag;
use crate::auth::token::Identity;
use crate::models::age::AgeLimit;
use crate::models::profile::Profile;
use crate::models::session::Session;
use crate::models::user::User;
use crate::models::viewer::ViewerKey;
use jiff::Timestamp;
use std::marker::PhantomData;

/// A signed-in caller: the current rows of the user and the session.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The user.
    pub user: User,
    /// The session of the token.
    pub session: Session,
    /// When the token was issued.
    pub token_issued_at: Timestamp,
    /// The profile of the token, as the key of its rows.
    pub viewer: ViewerKey,
    /// The profile of the token; `None` if it was deleted, which only [`ProfileRule::Any`] admits.
    pub profile: Option<Profile>,
}

impl SignedIn {
    /// The highest minimum age of the titles that the profile may watch; `None` without a limit.
    pub fn age_limit(&self) -> Option<AgeLimit> {
        self.profile.as_ref().and_then(|profile| profile.age_limit)
    }
}

/// Which profiles may call an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProfileRule {
    /// Any profile, even a deleted one: for selecting another profile and for signing out.
    Any,
    /// Any profile that exists.
    Existing,
    /// Any profile without an age limit: for the account, payments and the management of profiles.
    NoKids,
}

impl ProfileRule {
    /// The default rule of an area of the API. Kids profiles may call only what is about watching.
    pub const fn of_tag(tag: Tag) -> Self {
        match tag {
            Tag::Catalogue | Tag::Playback | Tag::Library => Self::Existing,
            Tag::Authentication
            | Tag::Account
            | Tag::Subscription
            | Tag::AdminCatalogue
            | Tag::AdminMembers
            | Tag::AdminBilling
            | Tag::AdminReports
            | Tag::Webhooks
            | Tag::Service => Self::NoKids,
        }
    }
}

/// The credentials that a caller needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Nothing.
    Open,
    /// A token of a live session.
    Session {
        /// The number of days for which an expired token is still accepted.
        expired_days: i64,
        /// Whether a token that was already exchanged is admitted, so that the endpoint can end its session.
        exchanged: bool,
    },
    /// A token of a live session of an admin.
    Admin,
    /// The same, for an admin who signed in recently.
    RecentAdmin,
    /// A provider's signature, which the endpoint verifies over the raw bytes.
    Signature(Signature),
}

impl Access {
    /// Whether it requires a token of a live session.
    pub fn is_signed_in(self) -> bool {
        matches!(self, Self::Session { .. } | Self::Admin | Self::RecentAdmin)
    }

    /// Whether it requires the role `admin`.
    pub fn is_admin(self) -> bool {
        matches!(self, Self::Admin | Self::RecentAdmin)
    }
}

/// Who may call an endpoint.
pub trait Caller: Send + Sync + 'static {
    /// The rule.
    const ACCESS: Access;
    /// The limit that counts its requests unless the endpoint says otherwise.
    const LIMIT: Limit;
    /// What the token says before anything is read: an [`Identity`], or `()` if no token is required.
    type TokenIdentity: Send + Sync;
    /// What the endpoint learns about the caller.
    type SignedInUser: Send;

    /// Extracts what the token says; `None` if a token is required and there is no valid one.
    fn token_identity(identity: Option<&Identity>) -> Option<Self::TokenIdentity>;

    /// Converts the signed-in caller that the bootstrap found. There always is one if the rule requires a session.
    fn signed_in_user(signed_in: Option<SignedIn>) -> Option<Self::SignedInUser>;
}

/// No sign-in; a token is ignored.
pub struct Anyone;

impl Caller for Anyone {
    const ACCESS: Access = Access::Open;
    const LIMIT: Limit = Limit::Address;
    type TokenIdentity = ();
    type SignedInUser = ();

    fn token_identity(_: Option<&Identity>) -> Option<()> {
        Some(())
    }

    fn signed_in_user(_: Option<SignedIn>) -> Option<()> {
        Some(())
    }
}

/// A caller with a token, who gets the current rows of their user and session.
trait TokenHolder: Send + Sync + 'static {
    /// The rule.
    const ACCESS: Access;
}

impl<C: TokenHolder> Caller for C {
    const ACCESS: Access = C::ACCESS;
    const LIMIT: Limit = Limit::User;
    type TokenIdentity = Identity;
    type SignedInUser = SignedIn;

    fn token_identity(identity: Option<&Identity>) -> Option<Identity> {
        identity.copied()
    }

    fn signed_in_user(signed_in: Option<SignedIn>) -> Option<SignedIn> {
        signed_in
    }
}

/// Any signed-in user.
pub struct Viewer;

impl TokenHolder for Viewer {
    const ACCESS: Access = Access::Session { expired_days: 0, exchanged: false };
}

/// Any signed-in user, even if the token expired up to 30 days ago or was already exchanged.
pub struct TokenRefresher;

impl TokenHolder for TokenRefresher {
    const ACCESS: Access = Access::Session { expired_days: 30, exchanged: true };
}

/// A user whose row has the role `admin`.
pub struct Admin;

impl TokenHolder for Admin {
    const ACCESS: Access = Access::Admin;
}

/// A user whose row has the role `admin`, and who signed in within the last 15 minutes: for endpoints that move money
/// or grant rights. So a token that was stolen from an operator's browser can do neither.
pub struct RecentAdmin;

impl TokenHolder for RecentAdmin {
    const ACCESS: Access = Access::RecentAdmin;
}

/// A provider, identified by the signature of its webhooks.
pub struct Signed<P>(PhantomData<P>);

/// A provider that signs its webhooks.
pub trait Provider: Send + Sync + 'static {
    /// How it signs.
    const SIGNATURE: Signature;
}

/// Stripe, for payments.
pub struct ByStripe;

impl Provider for ByStripe {
    const SIGNATURE: Signature = Signature::Stripe;
}

/// Mux, for videos.
pub struct ByMux;

impl Provider for ByMux {
    const SIGNATURE: Signature = Signature::Mux;
}

/// The provider that signs a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signature {
    /// Stripe's.
    Stripe,
    /// Mux's.
    Mux,
}

impl Signature {
    /// The header that carries it.
    pub const fn header(self) -> &'static str {
        match self {
            Self::Stripe => "Stripe-Signature",
            Self::Mux => "Mux-Signature",
        }
    }
}

impl<P: Provider> Caller for Signed<P> {
    const ACCESS: Access = Access::Signature(P::SIGNATURE);
    const LIMIT: Limit = Limit::Exempt;
    type TokenIdentity = ();
    type SignedInUser = ();

    fn token_identity(_: Option<&Identity>) -> Option<()> {
        Some(())
    }

    fn signed_in_user(_: Option<SignedIn>) -> Option<()> {
        Some(())
    }
}

/// The rate limit that counts a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Per user; per client address if there is no valid token.
    User,
    /// Per client address.
    Address,
    /// Reads of the public catalogue, per client address.
    Catalogue,
    /// Requests that waiting devices repeat every few seconds, per client address: as many as those of a user.
    Polling,
    /// Not counted.
    Exempt,
}
