package com.altcontext.api.testing;

import com.altcontext.api.config.AppConfig;
import com.altcontext.property.Properties;
import jakarta.inject.Inject;
import org.junit.jupiter.api.BeforeEach;

/** A site and an address of the test's own. The test runs the mail server, on the port that the service knows. */
public abstract class MailFixture {
    @Inject
    protected StoredRows stored;

    @Inject
    protected AppConfig config;

    @Inject
    protected Properties properties;

    protected final String email = Forms.email();
    protected String property;
    protected int port;

    /** Also removes the mails of other tests, which would be sent first. */
    @BeforeEach
    protected void makeSite() {
        stored.execute("DELETE FROM outbox");
        property = stored.newProperty(properties);
        port = config.mail().server().orElseThrow().port();
    }
}
