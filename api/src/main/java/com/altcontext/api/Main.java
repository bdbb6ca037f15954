package com.altcontext.api;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;

/** Checks the configuration before anything is started, and tells of all its faults at once. */
@QuarkusMain
public class Main {
    private static final int MISCONFIGURED = 1;

    @SuppressWarnings("SystemOut") // There is no logger before there is a configuration.
    public static void main(String[] args) {
        try {
            SettingsReader.read(System::getenv);
        } catch (SettingsReader.Misconfigured told) {
            told.faults().forEach(fault -> System.err.println("altcontext: " + fault));
            System.exit(MISCONFIGURED);
        }
        // Quarkus would answer addresses that java.net.URI does not like (a | in a query) with an empty body, before
        // Edge.
        System.setProperty("vertx.disableURIValidation", "true");
        Quarkus.run(args);
    }
}
