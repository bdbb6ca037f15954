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
 * Sends the mails of the outbox through the server that {@code SMTP_URL} names, each over a connection of its own.
 * Without that variable, mails wait.
 */
@Singleton
public class MailSender {
    /** For a batch. */
    private static final Duration TIMEOUT = Duration.ofSeconds(55);
    /**
     * For one mail. A server that checks a mail before accepting it may take long, and delivers it even if we have
     * given up: each attempt would be another copy (RFC 5321, 4.5.3.2.6).
     */
    private static final Duration MAIL_TIMEOUT = Duration.ofSeconds(50);

    /** The longest silence of the server. */
    private static final Duration MAX_SILENCE = TIMEOUT;

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    /** The beginning of Vert.x' message if the server refuses after it was told the recipient. */
    private static final String RECIPIENT_REFUSED = "recipient address not accepted";

    /**
     * Of these refusals, those that are about the address or its mailbox (RFC 3463, section 3). Many servers wait for the recipient
     * before they refuse our login or our own address (5.1.7, 5.1.8), which we may repair.
     */
    private static final Pattern NO_SUCH_MAILBOX =
            Pattern.compile("(?s)5[0-9]{2}[ -]5\\.(?:1\\.(?![78]\\b)|2\\.).*|55[0-3](?![ -]5\\.[0-9]).*");

    private final Vertx vertx;
    private final MailTemplates templates;
    /** Null where no server is named. */
    private final @Nullable OutboxSender outbox;

    /** Made with the first mail, and kept. */
    private @Nullable MailClient client;

    MailSender(AppConfig config, Vertx vertx, Sql sql, MailTemplates templates, MeterRegistry meters) {
        this.vertx = vertx;
        this.templates = templates;
        this.outbox = config.mail()
                .server()
                .map(server -> new OutboxSender(
                        sql,
                        Outbox.Kind.MAIL,
                        TIMEOUT,
                        message -> send(server, config.mail().from().orElseThrow(), message),
                        taken -> meters.counter("altcontext.mail.sent", "outcome", taken ? "delivered" : "failed")
                                .increment()))
                .orElse(null);
    }

    /**
     * Sends what is due.
     *
     * @throws com.altcontext.db.SqlFailure if the outbox cannot be read
     */
    public void sendDue() {
        if (outbox != null) {
            outbox.sendDue();
        }
    }

    /** A certificate has to be valid for the server's name: Vert.x checks that unless it is given an algorithm for it. */
    private static MailConfig settings(SmtpServer server, Mailbox from) {
        MailConfig settings = new MailConfig(server.host(), server.port())
                .setSsl(server.isTls())
                .setStarttls(
                        server.isTls()
                                ? StartTLSOptions.DISABLED
                                : server.isLocal() ? StartTLSOptions.OPTIONAL : StartTLSOptions.REQUIRED)
                // Nobody listens in on this machine, where a server's certificate is often one that it signed itself.
                .setTrustAll(server.isLocal() && !server.isTls())
                .setLogin(server.user() == null ? LoginOption.DISABLED : LoginOption.REQUIRED)
                // A machine may only know itself as "localhost", which some servers refuse.
                .setOwnHostname(from.domain())
                .setMaxPoolSize(OutboxSender.MAX_IN_FLIGHT)
                // A kept connection that the server has just closed would take the next mail, and give no answer.
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
            MailMessage letter = letter(from, message, templates.of(message));
            MailClient used = client(server, from);
            CompletableFuture<Attempt> attempt = new CompletableFuture<>();
            // From another thread, the client would connect on one event loop and listen on another, and
            // might miss the server's greeting.
            vertx.runOnContext(now -> used.sendMail(letter)
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

    /** A connection to a server that does not answer stays in its pool for good: the next mail gets another pool. */
    private synchronized void drop(MailClient used) {
        if (used.equals(client)) {
            client = null;
            used.close();
        }
    }

    private static MailMessage letter(Mailbox from, Outbox.Message message, Mail mail) {
        MailMessage letter = new MailMessage()
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
            letter.addHeader("List-Unsubscribe", "<" + mail.unsubscribe() + ">")
                    .addHeader("List-Unsubscribe-Post", UnsubscribeLinks.LIST_UNSUBSCRIBE_POST);
        }
        return letter;
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
            // Words of Vert.x, such as that the server offers no STARTTLS.
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
