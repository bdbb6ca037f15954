package com.altcontext.devdb;

import jakarta.mail.Message.RecipientType;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.Part;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.util.Objects;
import java.util.regex.Pattern;

/** What people read of a mail: to whom, about what, and its text. */
record CaughtMail(String to, String subject, String text) {
    private static final Pattern LINK = Pattern.compile("https?://(?:[^\\s&]|&amp;)+");

    static CaughtMail of(MimeMessage mail) throws MessagingException, IOException {
        return new CaughtMail(
                Objects.requireNonNullElse(InternetAddress.toUnicodeString(mail.getRecipients(RecipientType.TO)), ""),
                Objects.requireNonNullElse(mail.getSubject(), ""),
                text(mail));
    }

    /** The part of text, or the whole if there are no parts. */
    private static String text(Part mail) throws MessagingException, IOException {
        if (mail.getContent() instanceof Multipart parts) {
            for (int i = 0; i < parts.getCount(); i++) {
                if (parts.getBodyPart(i).isMimeType("text/plain")) {
                    return text(parts.getBodyPart(i));
                }
            }
        }
        return String.valueOf(mail.getContent());
    }

    /** With links to follow. */
    String html() {
        return "<article><h2>" + escaped(subject) + "</h2><p>To: " + escaped(to)
                + "</p><pre style=\"white-space:pre-wrap\">"
                + LINK.matcher(escaped(text)).replaceAll("<a href=\"$0\">$0</a>") + "</pre></article><hr>";
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
