package com.altcontext.api.testing;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.GreenMailUtil;
import com.icegreen.greenmail.util.ServerSetup;
import jakarta.mail.BodyPart;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A real SMTP server in this process, and the mails that it received. */
public final class MailServer implements AutoCloseable {
    private static final Pattern LINK = Pattern.compile("https?://\\S+(/v1/leads/confirm/[A-Za-z0-9_-]+)");

    private static final long STARTUP_MILLIS = 30_000;

    private final GreenMail server;

    /** Listens on this port of the local machine. 0 chooses a free port. */
    public MailServer(int port) {
        this(port, ServerSetup.PROTOCOL_SMTP);
    }

    private MailServer(int port, String protocol) {
        ServerSetup setup = new ServerSetup(port, "127.0.0.1", protocol);
        // On a busy machine its thread may take longer to start than the default of two seconds.
        setup.setServerStartupTimeout(STARTUP_MILLIS);
        server = new GreenMail(setup);
        server.start();
    }

    /** A server with TLS whose certificate is not signed by a trusted authority. */
    public static MailServer withUnknownCertificate() {
        return new MailServer(0, ServerSetup.PROTOCOL_SMTPS);
    }

    public int port() {
        return server.getSmtp() == null
                ? server.getSmtps().getPort()
                : server.getSmtp().getPort();
    }

    /** A mail as the server received it. */
    public record ReceivedMail(MimeMessage message) {
        public @Nullable String header(String name) {
            try {
                String[] values = message.getHeader(name);
                return values == null ? null : String.join("\n", values).replaceAll("\r\n[ \t]+", " ");
            } catch (MessagingException unreadable) {
                throw new AssertionError(unreadable);
            }
        }

        public String subject() {
            try {
                return message.getSubject();
            } catch (MessagingException unreadable) {
                throw new AssertionError(unreadable);
            }
        }

        /** The sender's name. */
        public @Nullable String sender() {
            try {
                return ((InternetAddress) message.getFrom()[0]).getPersonal();
            } catch (MessagingException unreadable) {
                throw new AssertionError(unreadable);
            }
        }

        /** The decoded part of this content type. */
        public String part(String type) {
            try {
                Multipart parts = (Multipart) message.getContent();
                for (int i = 0; i < parts.getCount(); i++) {
                    BodyPart part = parts.getBodyPart(i);
                    if (part.isMimeType(type)) {
                        return (String) part.getContent();
                    }
                }
                throw new AssertionError("no part " + type);
            } catch (MessagingException | IOException unreadable) {
                throw new AssertionError(unreadable);
            }
        }

        /** The path of the link that asks for a confirmation. */
        public String confirmPath() {
            Matcher link = LINK.matcher(part("text/plain"));
            if (!link.find()) {
                throw new AssertionError("no link");
            }
            return link.group(1);
        }

        /** The whole source. */
        public String source() {
            return GreenMailUtil.getWholeMessage(message);
        }
    }

    /** The mails to an address, in their order. */
    public List<ReceivedMail> to(String address) {
        return Arrays.stream(server.getReceivedMessages())
                .map(ReceivedMail::new)
                .filter(mail -> String.valueOf(mail.header("To")).contains(address))
                .toList();
    }

    /** Waits until this many mails to an address have arrived. */
    public List<ReceivedMail> await(String address, int count) {
        StoredRows.await(() -> to(address).size(), count);
        return to(address);
    }

    @Override
    public void close() {
        server.stop();
    }
}
