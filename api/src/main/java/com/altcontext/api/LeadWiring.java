package com.altcontext.api;

import com.altcontext.api.config.AppConfig;
import com.altcontext.api.delivery.Mail;
import com.altcontext.api.delivery.MailTemplates;
import com.altcontext.api.lead.ConfirmationMail;
import com.altcontext.api.lead.LeadMetrics;
import com.altcontext.api.report.LeadAlertMail;
import com.altcontext.api.report.ReportMail;
import com.altcontext.consent.Confirmation;
import com.altcontext.consent.ConfirmationToken;
import com.altcontext.db.Sql;
import com.altcontext.delivery.Outbox;
import com.altcontext.event.EventStore;
import com.altcontext.ingest.CaptureQueue;
import com.altcontext.ingest.DatabaseExecutors;
import com.altcontext.ingest.MemoryBudget;
import com.altcontext.lead.DistinctEmails;
import com.altcontext.lead.LeadMessages;
import com.altcontext.lead.LeadRules;
import com.altcontext.lead.Leads;
import com.altcontext.lead.Unsubscribe;
import com.altcontext.lead.UnsubscribeLinks;
import com.altcontext.lead.UnsubscribeToken;
import com.altcontext.privacy.Erasure;
import com.altcontext.privacy.Export;
import com.altcontext.privacy.LeadList;
import com.altcontext.privacy.MailableList;
import com.altcontext.privacy.SubmissionList;
import com.altcontext.report.StopToken;
import com.altcontext.value.KeyedHash;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.Function;

/** Makes the objects that accept forms, store leads and consent, and write mails. */
@Singleton
class LeadWiring {
    /**
     * For reading all leads. It is shorter than that of an idle connection (75 s), so the client is still connected when
     * the answer comes.
     */
    private static final Duration LONG_READ_TIMEOUT = Duration.ofMinutes(1);

    @Singleton
    Leads leads(AppConfig config, Sql sql, EventStore events) {
        AppConfig.LeadOptions leads = config.leads();
        return new Leads(
                sql,
                events,
                new LeadRules(
                        leads.heuristicLinking(),
                        leads.heuristicWindow(),
                        leads.impliedConsentMonths(),
                        new LeadMessages(
                                true,
                                leads.webhookUrl().isPresent(),
                                config.mail().smtpUrl().isPresent(),
                                config.mail().notifyAddresses())));
    }

    @Singleton
    CaptureQueue captureQueue(Leads leads, DatabaseExecutors executors, MemoryBudget memory, LeadMetrics metrics) {
        return new CaptureQueue(leads, executors.forms(), memory, metrics::captured);
    }

    @Singleton
    DistinctEmails distinctEmails(AppConfig config, KeyedHash hash) {
        return new DistinctEmails(config.rateLimits().leadEmails(), hash, System::nanoTime);
    }

    @Singleton
    Unsubscribe unsubscribe(Sql sql) {
        return new Unsubscribe(sql);
    }

    @Singleton
    UnsubscribeToken unsubscribeToken(AppConfig config) {
        return new UnsubscribeToken(config.linkSecret());
    }

    @Singleton
    StopToken stopToken(AppConfig config) {
        return new StopToken(config.linkSecret());
    }

    @Singleton
    ConfirmationToken confirmationToken(AppConfig config) {
        return new ConfirmationToken(config.linkSecret());
    }

    @Singleton
    Confirmation confirmation(Sql sql) {
        return new Confirmation(sql);
    }

    /**
     * The templates of mails by their event in the outbox. If the service's own address is unknown, mails would have no
     * links, so none are sent.
     */
    @Singleton
    MailTemplates mailTemplates(
            AppConfig config,
            ConfirmationToken token,
            UnsubscribeToken unsubscribe,
            StopToken stop,
            InstantSource clock) {
        return new MailTemplates(config.ownUrl()
                .map(url -> {
                    ConfirmationMail confirmation = new ConfirmationMail(
                            url,
                            token,
                            new UnsubscribeLinks(unsubscribe, url),
                            config.privacy().contactEmail(),
                            config.mail().postalAddress(),
                            clock);
                    return Map.<String, Function<Outbox.Message, Mail>>of(
                            Outbox.CONFIRMATION,
                            confirmation::of,
                            Outbox.LEAD_ALERT,
                            new LeadAlertMail(url)::of,
                            Outbox.WEEKLY_REPORT,
                            new ReportMail(url, stop)::of);
                })
                .orElse(Map.of()));
    }

    @Singleton
    Export.UnsubscribeUrl unsubscribeUrl(AppConfig config, UnsubscribeToken token) {
        return Export.UnsubscribeUrl.by(config.ownUrl().map(url -> new UnsubscribeLinks(token, url)));
    }

    @Singleton
    Erasure erasure(Sql sql, KeyedHash hash) {
        return new Erasure(sql, hash);
    }

    @Singleton
    Export export(Sql sql, Export.UnsubscribeUrl unsubscribeUrl, KeyedHash hash) {
        return new Export(sql, unsubscribeUrl, hash);
    }

    @Singleton
    LeadList leadList(Sql sql, Export.UnsubscribeUrl unsubscribeUrl) {
        return new LeadList(sql.withTimeout(LONG_READ_TIMEOUT), unsubscribeUrl);
    }

    @Singleton
    SubmissionList submissionList(Sql sql) {
        return new SubmissionList(sql.withTimeout(LONG_READ_TIMEOUT));
    }

    @Singleton
    MailableList mailableList(Sql sql, Export.UnsubscribeUrl unsubscribeUrl) {
        return new MailableList(sql.withTimeout(LONG_READ_TIMEOUT), unsubscribeUrl);
    }
}
