package com.altcontext.api.delivery;

import com.altcontext.api.config.AppConfig;
import com.altcontext.api.config.Mailbox;
import com.altcontext.api.config.SmtpServer;
import com.altcontext.db.Sql;
import com.altcontext.delivery.Attempt;
import com.altcontext.delivery.Outbox;
import com.altcontext.delivery.OutboxSender;
import com.altcontext.lead.UnsubscribeLinks;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.impl.NoStackTraceThrowable;
import io.vertx.ext.mail.LoginOption;
import io.vertx.ext.mail.MailClient;
import io.vertx.ext.mail.MailConfig;
import io.vertx.ext.mail.MailMessage;
import io.vertx.ext.mail.SMTPException;
import io.vertx.ext.mail.StartTLSOptions;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Sends the mails of the outbox through the server that {@code SMTP_URL} names, each over its own connection. Without
 * that variable, mails stay in the outbox.
 */
@Singleton
public class MailSender {
    /** For a batch. */
    private static final Duration TIMEOUT = Duration.ofSeconds(55);
    /**
     * For one mail. A server that checks a mail before accepting it may take long, and delivers it even if we have
     * given up: with a short timeout, each attempt would deliver another copy (RFC 5321, 4.5.3.2.6).
     */
    private static final Duration MAIL_TIMEOUT = Duration.ofSeconds(50);

    /** How long the server may stay silent. */
    private static final Duration MAX_SILENCE = TIMEOUT;

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    /** How the message of Vert.x begins if the server refuses the recipient of a mail. */
    private static final String RECIPIENT_REFUSED = "recipient address not accepted";

    /**
     * The server's replies, among these refusals, that are about the recipient's address or mailbox (RFC 3463,
     * section 3). Many servers wait for the recipient before they refuse our login or our own address (5.1.7, 5.1.8),
     * which an operator can correct.
     */
    private static final Pattern NO_SUCH_MAILBOX =
            Pattern.compile("(?s)5[0-9]{2}[ -]5\\.(?:1\\.(?![78]\\b)|2\\.).*|55[0-3](?![ -]5\\.[0-9]).*");

    private final Vertx vertx;
    private final MailTemplates templates;
    /** Null if no server is configured. */
    private final @Nullable OutboxSender outbox;

    /** Made with the first mail, and kept. */
    private @Nullable MailClient client;

    MailSender(AppConfig config, Vertx vertx, Sql sql, MailTemplates templates, MeterRegistry meters) {
        this.vertx = vertx;
        this.templates = templates;
        AttemptMetrics attempts = new AttemptMetrics(meters, "altcontext.mail.sent", "attempts to send a mail");
        this.outbox = config.mail()
                .server()
                .map(server -> new OutboxSender(
                        sql,
                        Outbox.Kind.MAIL,
                        TIMEOUT,
                        message -> send(server, config.mail().from().orElseThrow(), message),
                        attempts::attempted))
                .orElse(null);
    }

    /**
     * Sends the due mails.
     *
     * @throws com.altcontext.db.SqlFailure if the outbox cannot be read
     */
    public void sendDue() {
        if (outbox != null) {
            outbox.sendDue();
        }
    }

    /**
     * The server's certificate must be valid for its name: Vert.x checks that unless an algorithm for the check is
     * set.
     */
    private static MailConfig settings(SmtpServer server, Mailbox from) {
        MailConfig settings = new MailConfig(server.host(), server.port())
                .setSsl(server.isTls())
                .setStarttls(
                        server.isTls()
                                ? StartTLSOptions.DISABLED
                                : server.isLocal() ? StartTLSOptions.OPTIONAL : StartTLSOptions.REQUIRED)
                // Nobody can listen in on this machine, and a local server's certificate is often self-signed.
                .setTrustAll(server.isLocal() && !server.isTls())
                .setLogin(server.user() == null ? LoginOption.DISABLED : LoginOption.REQUIRED)
                // A machine may only know itself as "localhost", which some servers refuse.
                .setOwnHostname(from.domain())
                .setMaxPoolSize(OutboxSender.MAX_IN_FLIGHT)
                // A mail that is sent over a kept connection gets no answer if the server has just closed it.
                .setKeepAlive(false)
                .setPipelining(false);
        if (server.user() != null) {
            settings.setUsername(server.user()).setPassword(server.password());
        }
        settings.setConnectTimeout((int) CONNECT_TIMEOUT.toMillis());
        settings.setIdleTimeout((int) MAX_SILENCE.toSeconds()).setIdleTimeoutUnit(TimeUnit.SECONDS);
        return settings;
    }

    private Future<Attempt> send(SmtpServer server, Mailbox from, Outbox.Message message) {
        try {
            MailMessage mailMessage = mailMessage(from, message, templates.of(message));
            MailClient used = client(server, from);
            CompletableFuture<Attempt> attempt = new CompletableFuture<>();
            // From another thread, the client would connect on one event loop and listen on another, and
            // might miss the server's greeting.
            vertx.runOnContext(now -> used.sendMail(mailMessage)
                    .timeout(MAIL_TIMEOUT.toSeconds(), TimeUnit.SECONDS)
                    .map(sent -> Attempt.DELIVERED)
                    .otherwise(failure -> {
                        if (failure instanceof TimeoutException) {
                            drop(used);
                        }
                        return attempt(failure);
                    })
                    .onComplete(done -> attempt.complete(done.result())));
            return attempt;
        } catch (RuntimeException unsendable) {
            return CompletableFuture.completedFuture(Attempt.failed(unsendable));
        }
    }

    private synchronized MailClient client(SmtpServer server, Mailbox from) {
        MailClient kept = client;
        if (kept == null) {
            kept = MailClient.create(vertx, settings(server, from));
            client = kept;
        }
        return kept;
    }

    /**
     * Closes the client. A connection to a server that does not answer stays in the client's pool for ever, so the
     * next mail gets a new client.
     */
    private synchronized void drop(MailClient used) {
        if (used.equals(client)) {
            client = null;
            used.close();
        }
    }

    private static MailMessage mailMessage(Mailbox from, Outbox.Message message, Mail mail) {
        MailMessage mailMessage = new MailMessage()
                .setFrom(from.address().value())
                .setTo(message.destination())
                .setText(mail.text())
                .setHtml(mail.html())
                .addHeader("From", header(from))
                .addHeader("Subject", EncodedWords.of(mail.subject()))
                // If a mail is sent twice because its answer was lost, mail programs can recognise the copy.
                .addHeader("Message-ID", "<" + message.id() + "@" + from.domain() + ">")
                // Tells automatic responders not to reply (RFC 3834).
                .addHeader("Auto-Submitted", "auto-generated");
        if (mail.unsubscribe() != null) {
            mailMessage
                    .addHeader("List-Unsubscribe", "<" + mail.unsubscribe() + ">")
                    .addHeader("List-Unsubscribe-Post", UnsubscribeLinks.LIST_UNSUBSCRIBE_POST);
        }
        return mailMessage;
    }

    private static String header(Mailbox from) {
        String address = from.address().value();
        if (from.name() == null) {
            return address;
        }
        String words = EncodedWords.of(from.name());
        return words.equals(from.name())
                ? '"' + words + "\" <" + address + '>'
                : words + EncodedWords.FOLD + '<' + address + '>';
    }

    /** The server's own words are left out: they may repeat the address. */
    private static Attempt attempt(Throwable failure) {
        if (failure instanceof TimeoutException) {
            return Attempt.failed("no answer within " + MAIL_TIMEOUT.toSeconds() + " seconds");
        }
        if (failure.getClass().equals(NoStackTraceThrowable.class)) {
            // A message of Vert.x itself, for example that the server does not offer STARTTLS.
            return Attempt.failed("failed: " + failure.getMessage());
        }
        if (!(failure instanceof SMTPException refusal)) {
            return Attempt.failed(failure);
        }
        String error = "answered " + refusal.getReplyCode();
        return String.valueOf(refusal.getMessage()).startsWith(RECIPIENT_REFUSED)
                        && NO_SUCH_MAILBOX.matcher(refusal.getReplyMessage()).matches()
                ? Attempt.refused(error)
                : Attempt.failed(error);
    }
}
