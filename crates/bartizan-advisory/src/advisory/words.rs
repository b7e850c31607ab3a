//! The closed lists of words.

macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$of:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $($(#[$of])* $variant,)+ }

        impl $name {
            /// All of them.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// From the word that CSAF has for it.
            pub fn parse(word: &str) -> Option<$name> {
                Self::ALL.iter().copied().find(|known| known.word() == word)
            }

            /// The word that CSAF has for it.
            pub fn word(self) -> &'static str {
                match self { $($name::$variant => $word,)+ }
            }
        }
    };
}

words! {
    /// What a publisher is (CSAF 2.1, section 3.2.2.9.1).
    PublisherCategory {
        /// Leads the response of several parties.
        Coordinator = "coordinator",
        /// Found the vulnerability.
        Discoverer = "discoverer",
        /// Passes on what others published.
        Multiplier = "multiplier",
        /// None of these.
        Other = "other",
        /// Uses the product.
        User = "user",
        /// Makes the product.
        Vendor = "vendor",
    }
}

words! {
    /// The Traffic Light Protocol 2.0 (FIRST), in the labels of CSAF 2.1.
    Tlp {
        /// For all.
        Clear = "CLEAR",
        /// For the community.
        Green = "GREEN",
        /// For the organisation and its clients.
        Amber = "AMBER",
        /// For the organisation only.
        AmberStrict = "AMBER+STRICT",
        /// For those present only.
        Red = "RED",
    }
}

words! {
    /// How far an advisory is.
    Status {
        /// Not out yet.
        Draft = "draft",
        /// Out, changes are expected.
        Interim = "interim",
        /// Out, no changes are expected.
        Final = "final",
    }
}

words! {
    /// What a note is (CSAF 2.1, section 3.1.6).
    NoteCategory {
        /// What something is.
        Description = "description",
        /// More of it.
        Details = "details",
        /// A question and its answer.
        Faq = "faq",
        /// Anything.
        General = "general",
        /// What the law asks for.
        LegalDisclaimer = "legal_disclaimer",
        /// None of these.
        Other = "other",
        /// The short of it.
        Summary = "summary",
    }
}

words! {
    /// What is said of a product (CSAF 2.1, section 3.2.4.12).
    ProductStatus {
        /// The first affected version of a line.
        FirstAffected = "first_affected",
        /// Has the first fix.
        FirstFixed = "first_fixed",
        /// Is fixed.
        Fixed = "fixed",
        /// Is affected.
        KnownAffected = "known_affected",
        /// Is not affected.
        KnownNotAffected = "known_not_affected",
        /// The last affected version of a line.
        LastAffected = "last_affected",
        /// What the vendor recommends.
        Recommended = "recommended",
        /// Not known yet.
        UnderInvestigation = "under_investigation",
    }
}

words! {
    /// Why a product is not affected (the justifications of VEX).
    Justification {
        /// It does not have the component.
        ComponentNotPresent = "component_not_present",
        /// It has measures that prevent it.
        InlineMitigationsAlreadyExist = "inline_mitigations_already_exist",
        /// Nobody can steer the code.
        VulnerableCodeCannotBeControlledByAdversary = "vulnerable_code_cannot_be_controlled_by_adversary",
        /// The code never runs.
        VulnerableCodeNotInExecutePath = "vulnerable_code_not_in_execute_path",
        /// It does not have the code.
        VulnerableCodeNotPresent = "vulnerable_code_not_present",
    }
}

words! {
    /// What a remediation is (CSAF 2.1, section 3.2.4.14.1; 2.0 has no optional patch and no planned fix).
    RemediationCategory {
        /// A fix is being made. 2.0: `none_available`.
        FixPlanned = "fix_planned",
        /// Lowers the risk.
        Mitigation = "mitigation",
        /// There will be no fix.
        NoFixPlanned = "no_fix_planned",
        /// There is nothing yet.
        NoneAvailable = "none_available",
        /// The vendor's fix.
        VendorFix = "vendor_fix",
        /// Avoids the vulnerability.
        Workaround = "workaround",
    }
}

words! {
    /// What a threat statement is about.
    ThreatCategory {
        /// Whether it is exploited.
        ExploitStatus = "exploit_status",
        /// What it does to whom, or why nothing.
        Impact = "impact",
        /// Whom it is used against.
        TargetSet = "target_set",
    }
}
