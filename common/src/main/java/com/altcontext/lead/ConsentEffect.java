package com.altcontext.lead;

/** What a form does to the consent of its lead. */
enum ConsentEffect {
    /** It leaves the consent as it is, with nothing on record. */
    NONE,
    /** It gives what it says. */
    GIVES,
    /** What it says is on record, and holds once the owner of the address confirms it; the link of any mail shows it. */
    WAITS,
    /** As {@link #WAITS}, and a mail asks for the confirmation. */
    WAITS_WITH_MAIL;

    /**
     * @param isTaken whether anything is taken from the form: nothing is from a bot's, or from one that an operator has to
     *     look at
     * @param toConfirm whether what it says holds only once it is confirmed
     * @param isGiven whether consent for its purpose is express already, so that no mail has to ask for it
     * @param mayMail whether another mail may go to the address
     */
    static ConsentEffect of(boolean isTaken, boolean toConfirm, boolean isGiven, boolean mayMail) {
        if (!isTaken) {
            return NONE;
        }
        if (!toConfirm) {
            return GIVES;
        }
        return mayMail && !isGiven ? WAITS_WITH_MAIL : WAITS;
    }
}
