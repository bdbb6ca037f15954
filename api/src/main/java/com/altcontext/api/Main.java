package com.altcontext.api;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;

/**
 * Checks the configuration before anything is started, and tells of all its faults at once. With {@value #CHECK_SETTINGS} it
 * does no more than that: exit 0 when the service would start with this environment, else 1.
 */
@QuarkusMain
public class Main {
    private static final int MISCONFIGURED = 1;
    private static final String CHECK_SETTINGS = "--check-settings";

    @SuppressWarnings("SystemOut") // There is no logger before there is a configuration.
    public static void main(String[] args) {
        try {
            SettingsReader.read(System::getenv);
        } catch (SettingsReader.Misconfigured told) {
            told.faults().forEach(fault -> System.err.println("altcontext: " + fault));
            System.exit(MISCONFIGURED);
        }
        if (args.length == 1 && args[0].equals(CHECK_SETTINGS)) {
            System.err.println("altcontext: the service would start with these settings");
            return;
        }
        // Quarkus would answer addresses that java.net.URI does not like (a | in a query) with an empty body, before
        // Edge.
        System.setProperty("vertx.disableURIValidation", "true");
        Quarkus.run(args);
    }
}
