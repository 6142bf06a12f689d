//! The areas of the API.

/// An area of the API. Client generators write a class for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    /// Signing in and out, passwords, devices.
    Authentication,
    /// The user's own account.
    Account,
    /// Plans, checkout, and the user's subscription.
    Subscription,
    /// Videos and series as viewers see them.
    Catalogue,
    /// Playing, progress and live streams.
    Playback,
    /// What a viewer has watched, and means to.
    Library,
    /// Videos and series as operators see them.
    AdminCatalogue,
    /// Members, for operators.
    AdminMembers,
    /// Payments and Stripe's events, for operators.
    AdminBilling,
    /// Metrics and the audit log, for operators.
    AdminReports,
    /// Webhooks of Stripe and Mux.
    Webhooks,
    /// The service itself.
    Service,
}

impl Tag {
    /// All tags, in the order of the API document.
    pub const ALL: [Self; 12] = [
        Self::Authentication,
        Self::Account,
        Self::Subscription,
        Self::Catalogue,
        Self::Playback,
        Self::Library,
        Self::AdminCatalogue,
        Self::AdminMembers,
        Self::AdminBilling,
        Self::AdminReports,
        Self::Webhooks,
        Self::Service,
    ];

    /// Its name in the API document, and what it contains.
    pub const fn text(self) -> (&'static str, &'static str) {
        match self {
            Self::Authentication => ("Authentication", "Signing in and out, passwords, and signed-in devices."),
            Self::Account => ("Account", "The signed-in user: profile, preferences, deletion."),
            Self::Subscription => ("Subscription", "Plans, checkout, and the user's subscription and invoices."),
            Self::Catalogue => ("Catalogue", "Videos, series and categories."),
            Self::Playback => ("Playback", "Playing a video, reporting the position, and live streams."),
            Self::Library => ("Library", "The viewer's home screen, watch history and watchlist."),
            Self::AdminCatalogue => ("Admin catalogue", "For operators: videos, uploads and series."),
            Self::AdminMembers => ("Admin members", "For operators: members and complimentary plans."),
            Self::AdminBilling => ("Admin billing", "For operators: refunds, events from Stripe, reconciliation."),
            Self::AdminReports => ("Admin reports", "For operators: business metrics and the audit log."),
            Self::Webhooks => ("Webhooks", "Called by Stripe and Mux, not by clients."),
            Self::Service => ("Service", "Health, and this document."),
        }
    }
}
