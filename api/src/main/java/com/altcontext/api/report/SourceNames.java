package com.altcontext.api.report;

import java.util.Map;

/** What the traffic sources are called in mails, as on the dashboard. */
final class SourceNames {
    static final Map<String, String> ENGLISH = Map.of(
            "direct", "Direct",
            "organic_search", "Organic search",
            "paid_search", "Paid search",
            "social", "Social",
            "email", "E-mail",
            "referral", "Referral",
            "campaign", "Campaign",
            "internal", "Internal",
            "unknown", "Unknown");

    static final Map<String, String> FRENCH = Map.of(
            "direct", "Accès direct",
            "organic_search", "Recherche naturelle",
            "paid_search", "Recherche payante",
            "social", "Réseaux sociaux",
            "email", "Courriel",
            "referral", "Site référent",
            "campaign", "Campagne",
            "internal", "Interne",
            "unknown", "Inconnue");

    private SourceNames() {}
}
