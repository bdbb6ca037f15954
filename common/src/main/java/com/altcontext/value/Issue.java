package com.altcontext.value;

/**
 * A fault in a request, as it is reported to the caller.
 *
 * @param path the field in dotted form, {@code utm.source}; empty for the body as a whole
 * @param message the rule that was broken; never the value that broke it
 */
public record Issue(String path, String message) {}
