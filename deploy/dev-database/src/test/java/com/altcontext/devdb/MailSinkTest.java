package com.altcontext.devdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class MailSinkTest {
    private static final String MAIL = """
            EHLO here
            MAIL FROM:<news@example.ca>
            RCPT TO:<jo@example.ca>
            DATA
            From: news@example.ca
            To: jo@example.ca
            Subject: =?UTF-8?Q?Caf=C3=A9_du?= =?UTF-8?B?IE5vcmQ=?=
            Content-Type: multipart/alternative; boundary="part"

            --part
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: quoted-printable

            Press =C3=A9: http://localhost:3000/v1/leads/confirm/AAAA=
            BBBB?a=3D1&b=3D2
            ..dot <b>
            --part
            Content-Type: text/html

            <p>other</p>
            --part--
            .
            QUIT
            """;

    @Test
    void a_mail_is_shown_as_text_with_its_link() throws Exception {
        try (MailSink sink = new MailSink(0, 0);
                HttpClient client = HttpClient.newHttpClient()) {
            try (Socket sender = new Socket(InetAddress.getLoopbackAddress(), sink.smtpPort())) {
                sender.getOutputStream().write(MAIL.replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII));
                assertThat(new String(sender.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                        .matches("(?s)220 .*\r\n354 .*\r\n250 [^\n]*\n221 [^\n]*\n");
            }

            HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + sink.httpPort() + "/"))
                    .build();
            String page =
                    client.send(request, HttpResponse.BodyHandlers.ofString()).body();
            assertThat(page)
                    .contains("<h2>Café du Nord</h2>")
                    .contains("To: jo@example.ca")
                    .contains("<a href=\"http://localhost:3000/v1/leads/confirm/AAAABBBB?a=1&amp;b=2\">")
                    .contains("Press é:")
                    .contains(".dot &lt;b&gt;")
                    .doesNotContain("other");
        }
    }
}
