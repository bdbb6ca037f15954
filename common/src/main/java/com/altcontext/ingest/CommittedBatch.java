package com.altcontext.ingest;

import java.time.Duration;

/**
 * One transaction of the writer, for whoever measures.
 *
 * @param events how many it stored or knew already
 * @param took from taking the batch to the database's word that it is committed
 */
public record CommittedBatch(int events, Duration took) {}
