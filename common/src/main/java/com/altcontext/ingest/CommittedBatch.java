package com.altcontext.ingest;

import java.time.Duration;

/**
 * One transaction of the writer, as it is measured.
 *
 * @param events how many it stored or found stored
 * @param took from taking the batch from the queue to the database's confirmation of the commit
 */
public record CommittedBatch(int events, Duration took) {}
