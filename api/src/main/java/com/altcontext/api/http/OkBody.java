package com.altcontext.api.http;

/** The answer {@code {"ok": true}}, if there is nothing else to say. */
public record OkBody(boolean ok) {
    public static final OkBody OK = new OkBody(true);
}
